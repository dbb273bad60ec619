"""Whether a gate asks a human, and the question that it asks."""

from __future__ import annotations

from collections.abc import Sequence

from crew.protocol import Outcome
from models.contracts.contract import storable
from models.contracts.enums import GateAsk, HitlReason, Verdict
from models.contracts.handoff import StepInput

FAILED_VERDICT = (
    "{agent} reports a failure in {stage}. Approve to continue with it as it is,{again} amend with content to correct "
    "the report, or reject to stop."
)
AGAIN = " amend with a comment to send it back,"

FAILED_STEP = "{agent} could not complete {stage}: {error} {offers}Reject to stop."
CONTINUE = "Approve to try again. "
RETRY = "Approve to try again, or amend with a comment to try again with advice. "
WRONG_TESTS = "If its tests are wrong, amend with a comment and send the work back to {stages}. "
SUPPLY = "Amend with content to supply the result yourself. "


def reason_to_ask(step: StepInput, outcome: Outcome) -> HitlReason | None:
    """Return why the gate asks about this outcome, or None if it does not. Unknown confidence counts as low."""
    if outcome.verdict == Verdict.FAILED:
        return None if step.reworks else HitlReason.FAILED_VERDICT
    if step.gate.ask is GateAsk.ALWAYS:
        return HitlReason.REVIEW
    if step.gate.ask is GateAsk.ON_LOW_CONFIDENCE and (outcome.confidence or 0) < step.gate.confidence_below:
        return HitlReason.LOW_CONFIDENCE
    return None


def fill_question(question: str, step: StepInput, error: str = "", checking_stages: Sequence[str] = ()) -> str:
    """Fill in the placeholders of a question, offering only the responses that the gate accepts.

    `checking_stages` are the stages that wrote what the stage's earlier result was checked by.
    """
    may_redo = step.round < step.gate.max_rounds
    redo = RETRY + (WRONG_TESTS.format(stages=" or ".join(checking_stages)) if checking_stages else "")
    values = {
        "{agent}": step.handoff.to_agent.capitalize(),
        "{stage}": step.handoff.phase,
        "{again}": AGAIN if may_redo else "",
        "{offers}": (redo if may_redo else CONTINUE) + (SUPPLY if len(step.handoff.expected_outputs) == 1 else ""),
        "{error}": _as_sentence(storable(error)[:2000]),
    }
    for placeholder, value in values.items():
        question = question.replace(placeholder, value)
    return question


def _as_sentence(error: str) -> str:
    """Return an error with a full stop: what may be done follows it, and not every program ends its errors with one."""
    text = error.rstrip()
    return text if not text or text[-1] in ".!?" else f"{text}."
