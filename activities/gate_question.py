"""Whether a gate asks a human, and the question that it asks."""

from __future__ import annotations

import json
from collections.abc import Sequence

from config.sizes import format_count
from crew.protocol import Outcome
from models.contracts.budget import BudgetKind, Shortage
from models.contracts.contract import storable
from models.contracts.enums import GateAsk, HitlReason, Verdict
from models.contracts.handoff import StepInput
from models.contracts.tool_permission import ToolCall

FAILED_VERDICT = (
    "{agent} reports a failure in {stage}. Approve it to continue with it as it is,{again} edit and approve it to "
    "correct the report, or reject it and end the work here."
)
AGAIN = " request changes to send it back,"

CHECKPOINT = "{passed} passed without a person, so this one asks. {question}"
STOPPED_STEP = "{agent} has not completed {stage}. {error} {offers}"
FAILED_STEP = "{agent} failed on {stage}: {error} {offers}"
OFFERS = "You can {offers}, or end the work here."

BUDGET = (
    "{error} This is the budget of {whose}. Raise it, and the {agent} continues where it stopped; or end the work here."
)
TOOL_CALL = (
    "{agent} wants to call {tool} with {arguments} (call {digest}). Permit this one call; refuse it and say why, and "
    "the {agent} continues; or end the work here."
)
MAX_ARGUMENTS = 1_500
"""Characters of a call's arguments in a question. The request has all of them."""

WHOSE = {
    BudgetKind.STEP: "this step",
    BudgetKind.ROLE: "the role in this project",
    BudgetKind.PROJECT: "this project",
    BudgetKind.DAY: "the day (UTC), for all projects",
}


def reason_to_ask(step: StepInput, outcome: Outcome) -> HitlReason | None:
    """Return why the gate asks about this outcome, or None if it does not. Unknown confidence counts as low."""
    if outcome.verdict == Verdict.FAILED:
        return None if step.reworks else HitlReason.FAILED_VERDICT
    if step.checkpoint:  # first: what only reviews, a program or a deadline may approve
        return HitlReason.CHECKPOINT
    if step.gate.ask is GateAsk.ALWAYS:
        return HitlReason.REVIEW
    if step.gate.ask is GateAsk.ON_LOW_CONFIDENCE and (outcome.confidence or 0) < step.gate.confidence_below:
        return HitlReason.LOW_CONFIDENCE
    return None


def question_of(step: StepInput, reason: HitlReason) -> str:
    """Return the question of a gate about the step's result, with placeholders."""
    match reason:
        case HitlReason.FAILED_VERDICT:
            return FAILED_VERDICT
        case HitlReason.CHECKPOINT:
            passed = format_count(step.checkpoint, "gate")
            return CHECKPOINT.replace("{passed}", passed).replace("{question}", step.gate.question)
        case _:
            return step.gate.question


def ask_about_failure(
    step: StepInput, error: str, checking_stages: Sequence[str], shortage: Shortage | None, call: ToolCall | None
) -> str:
    """Return the question about a failed step, or about the budget or the permission that it needs.

    `checking_stages` are as in `fill_question`.
    """
    if call is not None:
        arguments = storable(json.dumps(call.arguments, ensure_ascii=False))
        shown = arguments if len(arguments) <= MAX_ARGUMENTS else f"{arguments[:MAX_ARGUMENTS]} ... (cut here)"
        return TOOL_CALL.format(
            agent=step.handoff.to_agent.capitalize(), tool=call.tool, arguments=shown, digest=call.digest[:12]
        )
    if shortage is None:
        return fill_question(FAILED_STEP, step, error, checking_stages)
    return BUDGET.format(error=storable(error)[:2000], whose=WHOSE[shortage.kind], agent=step.handoff.to_agent)


def fill_question(question: str, step: StepInput, error: str = "", checking_stages: Sequence[str] = ()) -> str:
    """Fill in the placeholders of a question, offering only the responses that the gate accepts.

    `checking_stages` are the stages that wrote what the stage's earlier result was checked by.
    """
    may_redo = step.round < step.gate.max_rounds
    offers = ["try again"]
    if may_redo:
        offers.append("try again with advice")
        if checking_stages:
            offers.append(f"send the work back to {' or '.join(checking_stages)} if its tests are wrong")
    if len(step.handoff.expected_outputs) == 1:
        offers.append("supply the result")
    values = {
        "{agent}": step.handoff.to_agent.capitalize(),
        "{stage}": step.handoff.phase,
        "{again}": AGAIN if may_redo else "",
        "{offers}": OFFERS.format(offers=", ".join(offers)),
        "{error}": _as_sentence(storable(error)[:2000]),
    }
    for placeholder, value in values.items():
        question = question.replace(placeholder, value)
    return question


def _as_sentence(error: str) -> str:
    """Return an error with a full stop: what may be done follows it, and not every program ends its errors with one."""
    text = error.rstrip()
    return text if not text or text[-1] in ".!?" else f"{text}."
