"""Who may decide a request. The worker checks the same when it records the response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.caller import Caller
from api.errors import ForbiddenError
from api.problem_codes import ProblemCode
from api.services import Services
from models.contracts.approvals import (
    Approvals,
    Approver,
    Candidate,
    Eligibility,
    entries_for,
    find_bar,
    find_raise_bar,
)
from models.contracts.budget import Shortage
from models.contracts.enums import Risk
from models.contracts.identity import Permission
from models.contracts.pipeline import Stage
from models.tables import HitlRequest
from store.identity import candidates


async def eligibility_of(
    connection: AsyncConnection, requests: Sequence[HitlRequest], caller: Caller
) -> list[Eligibility]:
    """Return whether the caller may decide each request, in the same order."""
    assigned = any(request.approvals for request in requests)
    known = await _candidate(connection, caller) if assigned else _as_signed_in(caller)
    return [_eligibility(_Gate.of(each), caller, known) for each in requests]


async def check_eligible(services: Services, request: HitlRequest, caller: Caller) -> None:
    """Check that the caller may decide a request.

    Raises:
        ForbiddenError: it may not; the error says who may.
    """
    gate = _Gate.of(request)
    if gate.policy is None:
        _require_eligible(gate, caller, _as_signed_in(caller))
        return
    async with services.store.reading() as connection:
        _require_eligible(gate, caller, await _candidate(connection, caller))


def bar_to_raise(shortage: Shortage, caller: Caller) -> str | None:
    """Return why the caller, who may decide, may not also raise the exhausted budget, or None."""
    known = Candidate(name=caller.name, may_decide_everywhere=caller.may(Permission.DECIDE, None))
    return find_raise_bar(shortage.kind, known)


def check_raise(shortage: Shortage, caller: Caller) -> None:
    """Check that the caller, who may decide, may also raise the exhausted budget.

    Raises:
        ForbiddenError: it is the day's, and the caller does not decide in all projects.
    """
    if bar := bar_to_raise(shortage, caller):
        raise ForbiddenError(f"{bar}.", code=ProblemCode.NOT_ELIGIBLE)


async def check_assigned(connection: AsyncConnection, stage: Stage | None, project_id: UUID, caller: Caller) -> None:
    """Check that the caller may decide about what a stage produces. Raises as `check_eligible` does."""
    policy = stage.gate.approvals if stage is not None and stage.gate is not None else None
    gate = _Gate(project_id, policy, needs_person=stage is not None and stage.risk is Risk.HIGH)
    _require_eligible(gate, caller, await _candidate(connection, caller) if policy else _as_signed_in(caller))


@dataclass(frozen=True, slots=True)
class _Gate:
    """What says who may decide."""

    project_id: UUID
    policy: Approvals | None
    needs_person: bool

    @classmethod
    def of(cls, request: HitlRequest) -> _Gate:
        policy = Approvals.model_validate(request.approvals) if request.approvals else None
        return cls(request.project_id, policy, request.needs_person)


def _require_eligible(gate: _Gate, caller: Caller, known: Candidate | None) -> None:
    reason = _eligibility(gate, caller, known).reason
    if reason is not None:
        named = gate.policy.model_dump(mode="json") if gate.policy else None
        raise ForbiddenError(reason, code=ProblemCode.NOT_ELIGIBLE, approvals=named)


async def approvers_of(connection: AsyncConnection, caller: Caller) -> tuple[Approver, ...]:
    """Return the entries of a gate's approvers that mean the caller."""
    known = await _candidate(connection, caller)
    return tuple(entries_for(known)) if known else ()


async def _candidate(connection: AsyncConnection, caller: Caller) -> Candidate | None:
    """Return what is known of the caller, with the names and groups by which a gate may mean it."""
    if caller.voter is None:
        return None
    found = await candidates.find(connection, caller.voter, None)
    return found.model_copy(update={"is_disabled": False})  # it has just signed in


def _as_signed_in(caller: Caller) -> Candidate | None:
    """Return what is known of the caller without its names and groups."""
    return Candidate(name=caller.name, is_service=caller.is_service) if caller.voter else None


def _eligibility(gate: _Gate, caller: Caller, known: Candidate | None) -> Eligibility:
    may_decide = caller.may(Permission.DECIDE, gate.project_id)
    candidate = known.model_copy(update={"may_decide": may_decide}) if known else None
    bar = find_bar(gate.policy, candidate, needs_person=gate.needs_person)
    return Eligibility(may_decide=bar is None, reason=bar and f"{bar}.")
