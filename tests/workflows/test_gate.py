"""The decision logic of a gate, with hostile orders of arrival."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from models.contracts.budget import Budget
from models.contracts.enums import UNFINISHED, HitlAction, HitlReason, ResponseOutcome
from models.contracts.handoff import ArtifactRef, OpenRequest
from models.contracts.hitl import HitlResponse, JudgedResponse
from models.contracts.names import ArtifactType, BuiltInArtifact
from models.contracts.workflow_state import GateState
from workflows.gate import OpenGate

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = ArtifactRef(artifact_id=UUID(int=7), type=BuiltInArtifact.PROJECT_PLAN, version=1, content_hash="a" * 64)
EARLIER = "plan"
SHAPES = {
    "approve": partial(HitlResponse, action=HitlAction.APPROVE),
    "amend": partial(HitlResponse, action=HitlAction.AMEND, content_hash="b" * 64),
    "redo": partial(HitlResponse, action=HitlAction.AMEND, comment="again"),
    "redo earlier": partial(HitlResponse, action=HitlAction.AMEND, comment="again", redo=EARLIER),
    "redo later": partial(HitlResponse, action=HitlAction.AMEND, comment="again", redo="launch"),
    "reject": partial(HitlResponse, action=HitlAction.REJECT, comment="no"),
    "elsewhere": partial(HitlResponse, action=HitlAction.APPROVE, artifact_id=UUID(int=8)),
    "raise": partial(HitlResponse, action=HitlAction.APPROVE, comment="it is worth it", raise_by=Budget(usd=2)),
    "here": partial(HitlResponse, action=HitlAction.APPROVE, artifact_id=ASKED.artifact_id),
}


@st.composite
def responses(draw: st.DrawFn) -> list[tuple[str, HitlResponse]]:
    """Responses in any order, with duplicates."""
    shapes = draw(st.lists(st.sampled_from(sorted(SHAPES)), max_size=8))
    made = [
        (shape, SHAPES[shape](request_id=UUID(int=1), decision_id=UUID(int=100 + n), responded_at=NOW))
        for n, shape in enumerate(shapes)
    ]
    return draw(st.lists(st.sampled_from(made), max_size=20)) if made else []


def gate(
    may_redo: bool = True, reason: HitlReason = HitlReason.REVIEW, supplies: ArtifactType | None = None
) -> OpenGate:
    failed = reason in UNFINISHED
    request = OpenRequest(
        request_id=UUID(int=1),
        artifacts=() if failed else (ASKED,),
        reason=reason,
        expires_at=NOW,
        may_redo=may_redo,
        may_continue=failed and reason is not HitlReason.FAILED_STEP,
        supplies=supplies,
    )
    return OpenGate(GateState(request=request))


def fits(shape: str, may_redo: bool, reason: HitlReason, supplies: ArtifactType | None) -> bool:
    """An independent implementation of the rules."""
    failed = reason in UNFINISHED
    match shape:
        case "raise":
            return reason is HitlReason.BUDGET
        case "elsewhere" | "redo later":
            return False
        case "here":
            return not failed
        case "redo":
            return may_redo or reason is HitlReason.TOOL_CALL
        case "redo earlier":
            return may_redo
        case "approve":
            return may_redo or reason is not HitlReason.FAILED_STEP
        case "amend":
            return not failed or supplies is not None
    return True


@given(
    responses(),
    st.booleans(),
    st.sampled_from(HitlReason),
    st.sampled_from([None, BuiltInArtifact.PROJECT_PLAN]),
    st.data(),
)
def test_the_first_valid_response_wins_whatever_else_arrives(
    arriving: list[tuple[str, HitlResponse]],
    may_redo: bool,
    reason: HitlReason,
    supplies: ArtifactType | None,
    data: st.DataObject,
) -> None:
    gated = gate(may_redo, reason, supplies)
    cut = data.draw(st.integers(0, len(arriving)))
    winner: HitlResponse | None = None
    judged: list[JudgedResponse] = []
    for batch in (arriving[:cut], arriving[cut:]):
        for _, response in batch:
            gated.offer(response)
        assert gated.has_offers == bool(batch)
        judgement = gated.judge([EARLIER])
        assert not gated.has_offers
        judged.extend(judgement.judged)
        winner = judgement.winner
        if winner is not None:
            break
    fitting = [response for shape, response in arriving if fits(shape, may_redo, reason, supplies)]
    assert winner == (fitting[0] if fitting else None)
    assert sum(one.outcome is ResponseOutcome.APPLIED for one in judged) == (winner is not None)
    before_winner = True
    for one in judged:
        match one.outcome:
            case ResponseOutcome.APPLIED:
                assert one.response == winner
                assert one.explanation is None
                before_winner = False
            case ResponseOutcome.REFUSED:
                assert before_winner
                assert one.explanation
            case ResponseOutcome.SUPERSEDED:
                assert not before_winner
                assert winner is not None
                assert one.response.decision_id != winner.decision_id
                assert str(winner.decision_id) in (one.explanation or "")


@given(responses())
def test_late_responses_are_returned_with_the_reason(arriving: list[tuple[str, HitlResponse]]) -> None:
    gated = gate()
    for _, response in arriving:
        gated.offer(response)
    late = gated.too_late()
    assert [one.response for one in late] == [response for _, response in arriving]
    assert {one.outcome for one in late} <= {ResponseOutcome.SUPERSEDED}
    assert gated.too_late() == []


@given(responses())
def test_superseded_responses_are_judged_again_in_order_when_the_winner_is_refused(
    arriving: list[tuple[str, HitlResponse]],
) -> None:
    gated = gate()
    for _, response in arriving:
        gated.offer(response)
    judgement = gated.judge([EARLIER])
    newcomer = HitlResponse(
        request_id=UUID(int=1), decision_id=UUID(int=999), action=HitlAction.APPROVE, responded_at=NOW
    )
    gated.offer(newcomer)
    gated.requeue_superseded(judgement)
    lost = [one.response for one in judgement.judged if one.outcome is ResponseOutcome.SUPERSEDED]
    assert gated.state.offered == [*lost, newcomer]


@given(responses())
def test_a_gate_survives_serialization_to_the_next_run(arriving: list[tuple[str, HitlResponse]]) -> None:
    gated = gate()
    for _, response in arriving:
        gated.offer(response)
    again = OpenGate(GateState.model_validate_json(gated.state.model_dump_json()))
    assert again.judge([EARLIER]) == gated.judge([EARLIER])
