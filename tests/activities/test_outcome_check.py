"""What an agent of another package returns need not have the types of the protocol."""

from __future__ import annotations

from typing import Any

import pytest

from activities.outcome_check import check_outcome
from crew.protocol import AgentError, Draft, Outcome
from models.contracts.enums import Verdict

DRAFT = Draft("project_plan", b"# Plan\n")


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (None, "it returned NoneType instead of an Outcome"),
        ("done", "it returned str instead of an Outcome"),
        (Outcome(drafts=None), "drafts of its Outcome cannot be NoneType"),  # type: ignore[arg-type]
        (Outcome(drafts=("# Plan",)), "drafts of its Outcome cannot be str"),  # type: ignore[arg-type]
        (Outcome(drafts=(Draft("project_plan", "# Plan"),)), "content of a draft of its Outcome cannot be str"),  # type: ignore[arg-type]
        (Outcome(drafts=(Draft(None, b""),)), "type of a draft of its Outcome cannot be NoneType"),  # type: ignore[arg-type]
        (Outcome(drafts=(Draft("project_plan", b"", 1),)), "media_type of a draft of its Outcome cannot be int"),  # type: ignore[arg-type]
        (Outcome(drafts=(DRAFT,), verdict="great"), "verdict of its Outcome is 'great', not passed or failed"),  # type: ignore[arg-type]
        (Outcome(drafts=(DRAFT,), confidence="high"), "confidence of its Outcome cannot be str"),  # type: ignore[arg-type]
        (Outcome(drafts=(DRAFT,), confidence=float("nan")), "confidence of its Outcome is nan"),
        (Outcome(drafts=(DRAFT,), confidence=95), "confidence of its Outcome is 95"),
        (Outcome(drafts=(DRAFT,), usage={"cost": 1}), "usage of its Outcome cannot be dict"),  # type: ignore[arg-type]
        (Outcome(drafts=(DRAFT,), note=["a"]), "note of its Outcome cannot be list"),  # type: ignore[arg-type]
        (Outcome(drafts=(DRAFT, DRAFT)), "it must produce project_plan but produced project_plan, project_plan"),
        (Outcome(drafts=()), "it must produce project_plan but produced nothing"),
    ],
)
async def test_what_is_not_an_outcome_fails_the_attempt(outcome: Any, reason: str) -> None:
    with pytest.raises(AgentError, match=reason):
        await check_outcome(outcome, ["project_plan"], 1_000_000)


@pytest.mark.parametrize("confidence", [None, 0, 0.5, 1])
async def test_an_outcome_is_accepted(confidence: float | None) -> None:
    await check_outcome(Outcome(drafts=(DRAFT,), verdict=Verdict.PASSED, confidence=confidence), ["project_plan"], 100)
