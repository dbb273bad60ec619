"""Who may decide at a gate: the people and groups that a pipeline names, and what is known of who wants to."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, field_validator, model_validator

from .budget import BudgetKind
from .contract import Contract, Name

MAX_APPROVERS = 50


class Approver(Contract):
    """A group, or one person."""

    group: Name | None = Field(default=None, description="A group; each of its members may decide.")
    user: Name | None = Field(
        default=None,
        description="A person: the name that an administrator gave, ISSUER#SUBJECT of an identity provider, or "
        "the id here.",
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.group is None) == (self.user is None):
            raise ValueError("should be either {group: NAME} or {user: NAME}")
        return self

    def __str__(self) -> str:
        return f"the group {self.group}" if self.group else str(self.user)


class Approvals(Contract):
    """Who may decide at a gate. One of them is enough. Without `from`, it is everybody who may approve in the project.

    They need the permission to decide in any case: a gate assigns, and grants nothing.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    need: int = Field(default=1, description="How many approvals a result needs. Only 1 is possible.")
    approvers: Annotated[tuple[Approver, ...], Field(alias="from", max_length=MAX_APPROVERS)] = ()
    allow_services: bool = Field(
        default=False,
        description="Whether a service may decide with its token. It never may where a gate needs a person: at a "
        "checkpoint, or where the risk is high.",
    )

    @field_validator("need", mode="before")
    @classmethod
    def _one_approval(cls, need: object) -> object:
        if need != 1 or isinstance(need, bool):
            raise ValueError("only 1 is possible: one of those who may decide is enough")
        return need

    def __str__(self) -> str:
        """Return who may decide, as part of a sentence."""
        *others, last = map(str, self.approvers)
        return f"{', '.join(others)} or {last}" if others else last


class Voter(Contract):
    """Whom an API vouches for as the author of a response. Only the API knows the administrator of the settings.

    All of it is signed: a field of a later version has to be None if it is not used.
    """

    principal_id: UUID
    name: str
    is_administrator: bool = False


class Candidate(Contract):
    """What is known of somebody who wants to decide: the names by which a pipeline may name them, and their groups."""

    name: str
    names: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    may_decide: bool = True
    may_decide_everywhere: bool = True
    is_service: bool = False
    is_disabled: bool = False


class Eligibility(Contract):
    """Whether the caller may decide a request. The same is checked when the response is recorded."""

    may_decide: bool = True
    reason: str | None = Field(default=None, description="Why the caller may not decide, if so.")


UNNAMED = Approvals()
"""What a gate that says nothing accepts."""


def entries_for(candidate: Candidate) -> list[Approver]:
    """Return the entries of a policy that fit somebody."""
    named = [Approver(user=name) for name in sorted(candidate.names)]
    return named + [Approver(group=name) for name in sorted(candidate.groups)]


def find_bar(approvals: Approvals | None, candidate: Candidate | None, *, needs_person: bool = False) -> str | None:
    """Return why somebody may not decide at a gate, as a sentence without a full stop, or None. Nobody in particular,
    where people do not sign in, may decide where everybody may. A gate that needs a person takes no service, whatever
    its policy says."""
    policy = approvals or UNNAMED
    if candidate is None:
        return f"Only {policy} may decide here, and nobody has signed in" if policy.approvers else None
    if candidate.is_disabled:
        return f"{candidate.name} cannot sign in any more"
    if not candidate.may_decide:
        return f"{candidate.name} may not decide in this project: that takes the role approver"
    if candidate.is_service and (needs_person or not policy.allow_services):
        return f"{candidate.name} is a service, and this review asks a person"
    if policy.approvers and not any(_is_named(each, candidate) for each in policy.approvers):
        return f"Only {policy} may decide here"
    return None


def find_raise_bar(kind: BudgetKind, candidate: Candidate | None) -> str | None:
    """Return why somebody may not raise a budget at a gate where they may decide, as a sentence without a full stop, or
    None: the day's is that of all projects."""
    if kind is not BudgetKind.DAY or candidate is None or candidate.may_decide_everywhere:
        return None
    return f"{candidate.name} may not raise the budget of the day: that takes the role approver in all projects"


def _is_named(approver: Approver, candidate: Candidate) -> bool:
    return approver.user in candidate.names if approver.user else approver.group in candidate.groups
