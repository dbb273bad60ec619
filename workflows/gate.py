"""The wait for a human, without the waiting: responses go in, in any order, and the first valid one wins."""

from __future__ import annotations

from datetime import datetime

from models.contracts.ending import Judgement
from models.contracts.enums import HitlAction, HitlReason, ResponseOutcome
from models.contracts.hitl import HitlResponse, JudgedResponse
from models.contracts.project import GateState

NOT_OPEN = "the request was not open any more"


class OpenGate:
    """One open request. It does no I/O and keeps what it holds in `state`, which travels to the next run."""

    def __init__(self, state: GateState) -> None:
        self.state = state

    def offer(self, response: HitlResponse) -> None:
        """Take a response, to be judged in its turn."""
        self.state.offered.append(response)

    def postpone_deadline(self, deadline: datetime) -> None:
        """Take the deadline that the records give the request after a pause."""
        self.state.request = self.state.request.model_copy(update={"expires_at": deadline})

    @property
    def has_offers(self) -> bool:
        return bool(self.state.offered)

    def judge(self) -> Judgement:
        """Judge what was offered, in the order in which it came."""
        winner: HitlResponse | None = None
        judged: list[JudgedResponse] = []
        for response in self.state.offered:
            if winner is not None and response.decision_id == winner.decision_id:
                continue  # the winner, sent twice
            if winner is not None:
                outcome, explanation = ResponseOutcome.SUPERSEDED, superseded_by(winner)
            elif objection := self._objection(response):
                outcome, explanation = ResponseOutcome.REFUSED, objection
            else:
                outcome, explanation, winner = ResponseOutcome.APPLIED, None, response
            judged.append(JudgedResponse(response=response, outcome=outcome, explanation=explanation))
        self.state.offered.clear()
        return Judgement(winner=winner, judged=tuple(judged))

    def judge_again(self, judgement: Judgement) -> None:
        """Take back what lost to a winner that turned out to be none."""
        lost = [one.response for one in judgement.judged if one.outcome is ResponseOutcome.SUPERSEDED]
        self.state.offered[:0] = lost

    def undo(self, judgement: Judgement) -> list[JudgedResponse]:
        """What was judged and perhaps not written down, as too late."""
        self.state.offered[:0] = [one.response for one in judgement.judged]
        return self.too_late()

    def too_late(self) -> list[JudgedResponse]:
        """What was offered and never judged, because the request was closed by something else."""
        late = [too_late(one) for one in self.state.offered]
        self.state.offered.clear()
        return late

    def _objection(self, response: HitlResponse) -> str | None:
        """Why a response does not fit this request; None where it does."""
        request = self.state.request
        asked = {one.artifact_id for one in request.artifacts}
        if response.artifact_id is not None and response.artifact_id not in asked:
            return f"artifact {response.artifact_id} is not what this request asks about"
        failed = request.reason is HitlReason.FAILED_STEP
        if not request.may_redo and (response.redoes or (failed and response.action is HitlAction.APPROVE)):
            return "no round is left to do the stage again"
        if response.content_hash is not None and failed and request.supplies is None:
            return "the stage produces several artifacts, which one content cannot stand in for"
        return None


def too_late(response: HitlResponse) -> JudgedResponse:
    """A response to a request that is not open any more."""
    return JudgedResponse(response=response, outcome=ResponseOutcome.SUPERSEDED, explanation=NOT_OPEN)


def superseded_by(winner: HitlResponse) -> str:
    """What the losers are told."""
    return f"{winner.responder} decided first: {winner.action} (decision {winner.decision_id})"
