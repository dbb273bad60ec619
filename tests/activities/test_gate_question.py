"""The questions of gates."""

from __future__ import annotations

import pytest

from activities.gate_question import FAILED_STEP, fill_question
from store.transaction import Store
from tests.activities.first_step import a_step


@pytest.mark.parametrize("error", ["KeyError: 'k'", "no licence.", "is it on?\n"])
async def test_a_cause_ends_before_what_can_be_done_begins(store: Store, error: str) -> None:
    said = error.strip() if error.strip()[-1] in ".?" else f"{error}."
    question = fill_question(FAILED_STEP, await a_step(store), error)
    assert question.startswith(f"Analyst failed on plan: {said} You can try again"), question
