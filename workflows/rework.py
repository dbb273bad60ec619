"""The rules of rework, which a replay, a restart from the records and a retry share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.contracts.enums import HitlReason
from models.contracts.handoff import OpenRequest
from models.contracts.pipeline import Pipeline, Stage
from models.contracts.stage_outcome import SentBack
from models.contracts.workflow_state import HandoffState

MAX_FEEDBACK = 10_000
"""Characters, the limit of a comment."""


def join_feedback(*comments: str | None) -> str | None:
    """Return the comments as one text, or None if there are none."""
    return "\n\n".join(filter(None, comments))[:MAX_FEEDBACK] or None


def count_failed_verdict(stage: Stage, state: HandoffState) -> SentBack:
    """Count that a stage's verdict sends the work back. Return what its target receives."""
    state.reworked += 1
    feedback = f"{stage.agent} found failures in {stage.name}; its report is among the inputs."
    return SentBack(feedback=feedback, report=state.produced)


def redo(state: HandoffState, request: OpenRequest, to: str, comment: str | None, *, is_upstream: bool) -> SentBack:
    """Leave a stage's gate because a person sent the work to an earlier stage. Return what that stage receives.

    A stage that does not depend on the other keeps its earlier result, so that it is not repeated.
    """
    report = state.produced if request.reason is HitlReason.FAILED_VERDICT else state.report
    if not is_upstream:
        state.accepted = state.produced
    state.feedback, state.report, state.reopens, state.continued = None, (), (), 0
    return SentBack(to=to, feedback=comment or "", report=report)


def send_back(states: Mapping[str, HandoffState], target: str, descendants: Sequence[str], outcome: SentBack) -> None:
    """Reopen the stage that the work goes back to, and every stage that depends on it."""
    for name in descendants:
        stage = states[name]
        stage.accepted, stage.gate, stage.continued = None, None, 0
    state = states[target]
    state.accepted, state.gate, state.continued = None, None, 0
    # Two verdicts may arrive together. The target then runs once, with the feedback of both.
    state.feedback, state.report = join_feedback(state.feedback, outcome.feedback), (*state.report, *outcome.report)
    state.reopens = tuple(dict.fromkeys((*state.reopens, target, *descendants)))


def retry(states: Mapping[str, HandoffState], target: str, descendants: Sequence[str], feedback: str | None) -> None:
    """Send the work of a project that had ended back to a stage. Every stage that is not accepted then begins a new
    round, and has all its rounds and reworks again."""
    send_back(states, target, descendants, SentBack(to=target, feedback=feedback or "", report=()))
    for state in states.values():
        if state.accepted is None:
            state.gate, state.continued, state.reworked, state.earlier_rounds = None, 0, 0, state.round


def retry_stages(pipeline: Pipeline, states: Mapping[str, HandoffState]) -> tuple[str, ...]:
    """Return the stages from which a project can be retried: those whose inputs are accepted."""
    upstream = pipeline.upstream()
    return tuple(
        stage.name
        for stage in pipeline.stages
        if all(states[name].accepted is not None for name in upstream[stage.name])
    )


def default_retry_stage(pipeline: Pipeline, states: Mapping[str, HandoffState]) -> str:
    """Return the first of these stages that is not accepted, or the one that its failed verdict is about."""
    choices = retry_stages(pipeline, states)
    name = next((name for name in choices if states[name].accepted is None), choices[-1])
    rework = pipeline.stage(name).rework
    return rework.to if rework is not None and states[name].failed_verdict else name
