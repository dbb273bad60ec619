"""What a person can do about a request, on the wire."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from api.shapes.shape import Shape
from models.contracts.enums import HitlAction


class ActionKey(StrEnum):
    """What a person can do about a request. Page and terminal use these names for it."""

    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    EDIT_AND_APPROVE = "edit_and_approve"
    SEND_BACK = "send_back"
    REJECT_AND_END = "reject_and_end"
    TRY_AGAIN = "try_again"
    TRY_WITH_ADVICE = "try_with_advice"
    SUPPLY_RESULT = "supply_result"
    RAISE_BUDGET = "raise_budget"
    PERMIT_CALL = "permit_call"
    REFUSE_CALL = "refuse_call"
    END_PROJECT = "end_project"
    END_TASK = "end_task"

    @property
    def label(self) -> str:
        """The action as a button says it."""
        return _LABELS[self]


_LABELS = {
    ActionKey.APPROVE: "Approve",
    ActionKey.REQUEST_CHANGES: "Request changes",
    ActionKey.EDIT_AND_APPROVE: "Edit and approve",
    ActionKey.SEND_BACK: "Send back to an earlier step",
    ActionKey.REJECT_AND_END: "Reject and end project",
    ActionKey.TRY_AGAIN: "Try again",
    ActionKey.TRY_WITH_ADVICE: "Try again with advice",
    ActionKey.SUPPLY_RESULT: "Supply the result",
    ActionKey.RAISE_BUDGET: "Raise the budget",
    ActionKey.PERMIT_CALL: "Permit the call",
    ActionKey.REFUSE_CALL: "Refuse the call",
    ActionKey.END_PROJECT: "End project",
    ActionKey.END_TASK: "End task",
}


class Needs(StrEnum):
    """What a response has to contain for an action: `comment`, `content`, or `raise_by`, which may be left out."""

    COMMENT = "comment"
    CONTENT = "content"
    BUDGET = "raise_by"


class PossibleAction(Shape):
    """One thing that a person can do about a request: a label, what it does, and the response that does it."""

    key: ActionKey
    label: str = Field(description="The action as a button says it.")
    effect: str = Field(description="What it does, in one sentence.")
    action: HitlAction = Field(description="The `action` of the response.")
    needs: Needs | None = Field(description="The field that the response has to contain, if any.")
    redo_stages: list[str] = Field(description="The values that `redo` may have; it needs one if there are any.")
