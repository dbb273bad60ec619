"""What a person can do about a request, in the words of the page and the terminal. The rules are the gate's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from api.shapes.possible_action import ActionKey, Needs, PossibleAction
from models.contracts.enums import HitlAction, HitlReason
from models.contracts.handoff import OpenRequest
from models.contracts.hitl import HitlResponse
from models.tables import HitlRequest
from workflows.gate import find_objection

OPEN_FIELDS = OpenRequest.model_fields.keys() - {"request_id"}

_NOBODY = UUID(int=0)


def open_request_of(request: HitlRequest) -> OpenRequest:
    """Return a request as its gate knows it."""
    return OpenRequest.model_validate({"request_id": request.id, **request.model_dump(include=OPEN_FIELDS)})


def possible_actions(
    request: HitlRequest, earlier_stages: tuple[str, ...] = (), *, may_raise: bool = True
) -> list[PossibleAction]:
    """Return what a person can do about a request, the usual first. Nothing if it is closed.

    `earlier_stages` are those that the work may be sent back to, beside the one that the gate would choose. `may_raise`
    says whether an exhausted budget is this person's to raise.
    """
    if request.status != "pending":
        return []
    gate = open_request_of(request)
    found = _candidates(request, earlier_stages, may_raise)
    return [each for each in found if _is_possible(gate, each, earlier_stages)]


def _candidates(request: HitlRequest, earlier_stages: tuple[str, ...], may_raise: bool) -> Iterator[PossibleAction]:
    agent = request.agent_type.replace("_", " ")
    match HitlReason(request.reason):
        case HitlReason.TOOL_CALL:
            yield _action(ActionKey.PERMIT_CALL, HitlAction.APPROVE, f"The {agent} makes this one call, and continues.")
            refused = f"The {agent} receives your reason, and continues without the call."
            yield _action(ActionKey.REFUSE_CALL, HitlAction.AMEND, refused, Needs.COMMENT)
        case HitlReason.BUDGET:
            if may_raise:
                raised = f"The {agent} continues where it stopped. Without an amount, it only tries again."
                yield _action(ActionKey.RAISE_BUDGET, HitlAction.APPROVE, raised, Needs.BUDGET)
            else:
                allowed = f"The {agent} continues if the budget allows it by now: others have to raise it."
                yield _action(ActionKey.TRY_AGAIN, HitlAction.APPROVE, allowed)
            yield from _advice(agent)
        case HitlReason.FAILED_STEP | HitlReason.STOPPED:
            same = "continues the same task where it ended" if request.may_continue else "starts a new round"
            yield _action(ActionKey.TRY_AGAIN, HitlAction.APPROVE, f"The {agent} {same}.")
            yield from _advice(agent)
        case _:
            yield _action(ActionKey.APPROVE, HitlAction.APPROVE, "The result is accepted as it is.")
            again = "The work is repeated with your comment as feedback"
            again += ", and you are asked again." if request.reason == HitlReason.REVIEW else "."
            yield _action(ActionKey.REQUEST_CHANGES, HitlAction.AMEND, again, Needs.COMMENT)
    if earlier_stages:
        back = "The work goes back to the earlier step that you name, with your comment."
        yield _action(ActionKey.SEND_BACK, HitlAction.AMEND, back, Needs.COMMENT, earlier_stages)
    if request.artifacts:
        mine = "Your version replaces the result, and is accepted."
        yield _action(ActionKey.EDIT_AND_APPROVE, HitlAction.AMEND, mine, Needs.CONTENT)
    elif request.supplies:
        instead = f"What you write is accepted as the {request.supplies.replace('_', ' ')}."
        yield _action(ActionKey.SUPPLY_RESULT, HitlAction.AMEND, instead, Needs.CONTENT)
    if request.standalone_task_id is not None:
        ends = "The task ends without a result; the project continues."
        yield _action(ActionKey.END_TASK, HitlAction.REJECT, ends, Needs.COMMENT)
    else:
        key = ActionKey.REJECT_AND_END if request.artifacts else ActionKey.END_PROJECT
        yield _action(key, HitlAction.REJECT, "The project ends as rejected. This is final.", Needs.COMMENT)


def _advice(agent: str) -> Iterator[PossibleAction]:
    advised = f"The {agent} starts a new round with your advice."
    yield _action(ActionKey.TRY_WITH_ADVICE, HitlAction.AMEND, advised, Needs.COMMENT)


def _action(
    key: ActionKey, action: HitlAction, effect: str, needs: Needs | None = None, redo: tuple[str, ...] = ()
) -> PossibleAction:
    return PossibleAction(key=key, label=key.label, effect=effect, action=action, needs=needs, redo_stages=list(redo))


def _is_possible(gate: OpenRequest, action: PossibleAction, earlier_stages: tuple[str, ...]) -> bool:
    """Return whether the gate would accept a response of this kind."""
    response = HitlResponse(
        request_id=gate.request_id,
        decision_id=_NOBODY,
        action=action.action,
        comment="." if action.needs is Needs.COMMENT else None,
        content_hash="0" * 64 if action.needs is Needs.CONTENT else None,
        redo=action.redo_stages[0] if action.redo_stages else None,
        responded_at=datetime.now(UTC),
    )
    return find_objection(gate, response, earlier_stages) is None
