"""The first valid response wins: the decision logic of a gate, without I/O.

`GateWait` calls it; `activities/gate_question.py` decides whether the gate asks.
`activities/records.py` has the last word: an outcome that is already recorded wins.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from models.contracts.enums import HitlAction, HitlReason, ResponseOutcome
from models.contracts.handoff import OpenRequest
from models.contracts.hitl import HitlResponse, JudgedResponse, Judgement
from models.contracts.workflow_state import GateState


class Decision(Protocol):
    """A response, or its event."""

    @property
    def action(self) -> HitlAction: ...

    @property
    def comment(self) -> str | None: ...


class OpenGate:
    """One open request. Everything it knows is in `state`, which continue-as-new passes to the next run."""

    def __init__(self, state: GateState) -> None:
        self.state = state

    def offer(self, response: HitlResponse) -> None:
        """Queue a response for `judge`."""
        self.state.offered.append(response)

    def postpone_deadline(self, deadline: datetime) -> None:
        """Set the deadline that the records have after a pause."""
        self.state.request = self.state.request.model_copy(update={"expires_at": deadline})

    @property
    def has_offers(self) -> bool:
        return bool(self.state.offered)

    @property
    def has_disputed_ids(self) -> bool:
        """Whether different responses have one decision id: one of them may be forged, which the records find out."""
        seen: dict[UUID, HitlResponse] = {}
        return any(seen.setdefault(one.decision_id, one) != one for one in self.state.offered)

    def judge(self, redo_stages: Collection[str] = (), *, by_content: bool = True) -> Judgement:
        """Judge the queued responses in order of arrival, and empty the queue.

        `redo_stages` are the earlier stages to which a response may send the work. Only a response that is the winner
        itself is a duplicate of it; unless `by_content`, as in earlier versions, each one with its decision id.
        """
        winner: HitlResponse | None = None
        judged: list[JudgedResponse] = []
        for response in self.state.offered:
            if winner is not None and (response == winner or (not by_content and _same_id(response, winner))):
                continue
            if winner is not None:
                outcome, explanation = ResponseOutcome.SUPERSEDED, superseded_by(winner)
            elif objection := find_objection(self.state.request, response, redo_stages):
                outcome, explanation = ResponseOutcome.REFUSED, str(objection)
            else:
                outcome, explanation, winner = ResponseOutcome.APPLIED, None, response
            judged.append(JudgedResponse(response=response, outcome=outcome, explanation=explanation))
        self.state.offered.clear()
        return Judgement(winner=winner, judged=tuple(judged))

    def requeue_superseded(self, judgement: Judgement) -> None:
        """Queue the superseded responses again, because the records refused the winner."""
        superseded = [one.response for one in judgement.judged if one.outcome is ResponseOutcome.SUPERSEDED]
        self.state.offered[:0] = superseded

    def undo(self, judgement: Judgement) -> list[JudgedResponse]:
        """Return every judged and queued response as too late. The judgement may not have been recorded."""
        self.state.offered[:0] = [one.response for one in judgement.judged]
        return self.too_late()

    def too_late(self) -> list[JudgedResponse]:
        """Return the queued responses as too late, and empty the queue: something else has closed the request."""
        late = [JudgedResponse.too_late(response) for response in self.state.offered]
        self.state.offered.clear()
        return late


def _same_id(one: HitlResponse, other: HitlResponse) -> bool:
    return one.decision_id == other.decision_id


class Objection(NamedTuple):
    """Why a response is not valid for a request, with the field of the response that is wrong, if it is one."""

    reason: str
    field: str | None = None

    def __str__(self) -> str:
        return f"{self.field} {self.reason}" if self.field else self.reason


def find_objection(request: OpenRequest, response: HitlResponse, redo_stages: Collection[str]) -> Objection | None:
    """Return why a response is not valid for the request, or None if it is."""
    if response.artifact_id is not None and response.artifact_id not in {ref.artifact_id for ref in request.artifacts}:
        return Objection("is not an artifact of this request", "artifact_id")
    if response.redo is not None and response.redo not in redo_stages:
        possible = f"the possible steps are {', '.join(redo_stages)}" if redo_stages else "no step is possible"
        return Objection(f"cannot be {response.redo!r}; {possible}", "redo")
    if response.raise_by is not None and request.reason is not HitlReason.BUDGET:
        return Objection("is only possible if a budget is exhausted", "raise_by")
    if response.without_asking and request.needs_person and response.action is not HitlAction.REJECT:
        return Objection("the review needs a person, and nobody was asked")
    failed = request.reason.is_unfinished
    again = response.redoes or (failed and response.action is HitlAction.APPROVE)
    resumes = response.redo is None and response.content_hash is None and resumes_same_task(request, response)
    if again and not resumes and not request.may_redo:
        return Objection("the step has no rounds left")
    if response.content_hash is not None and failed and request.supplies is None:
        return Objection("the step produces several artifacts, and one content cannot replace them")
    return None


def resumes_same_task(request: OpenRequest, response: Decision) -> bool:
    """Return whether a response resumes a failed step as the same task. With advice, it starts a new round, unless the
    step only failed because of a budget, or the advice is why a call of a tool is refused."""
    if request.reason is HitlReason.TOOL_CALL:
        return response.action is not HitlAction.REJECT
    if not request.may_continue or response.action is not HitlAction.APPROVE:
        return False
    return not response.comment or request.reason is HitlReason.BUDGET


def superseded_by(winner: HitlResponse) -> str:
    """Return the explanation for responses that lost to `winner`."""
    return f"{winner.responder} decided first: {winner.action} (decision {winner.decision_id})"
