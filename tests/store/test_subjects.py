"""The hash of what a request asks about changes with every part of it, and is the same in every program."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from models.contracts.budget import BudgetKind, BudgetUnit, Shortage
from models.contracts.enums import HitlReason, OnExpiry, Verdict
from models.contracts.handoff import ArtifactRef, Handoff, StepInput
from models.contracts.pipeline import Gate
from models.contracts.tool_permission import ToolCall
from store.subjects import canonical, hash_of

BRIEF = UUID(int=5)
STEP = StepInput.model_validate(
    {
        "project_id": UUID(int=1),
        "project_name": "A project",
        "task_id": UUID(int=2),
        "request_id": UUID(int=3),
        "handoff": Handoff(to_agent="analyst", phase="plan", context_ids=(BRIEF,)),
        "round": 1,
        "gate": Gate(),
        "timeout": "1h",
        "attempts": 1,
    }
)
PLAN = ArtifactRef(artifact_id=UUID(int=4), type="project_plan", version=1, content_hash="a" * 64)
ASKED: Mapping[str, Any] = {
    "step": STEP,
    "reason": HitlReason.REVIEW,
    "question": "Do you approve this result?",
    "artifacts": (PLAN,),
    "consumed": {BRIEF: "b" * 64},
    "verdict": Verdict.PASSED,
    "confidence": 0.1,
}
SHORTAGE = Shortage(
    kind=BudgetKind.DAY, scope="day:1", unit=BudgetUnit.USD, spent=1.0, reserved=0.0, limit=1.0, needs=0.5
)
OTHERS: dict[str, dict[str, Any]] = {
    "question": {"question": "Do you approve this result ?"},
    "reason": {"reason": HitlReason.LOW_CONFIDENCE},
    "other bytes": {"artifacts": (PLAN.model_copy(update={"content_hash": "c" * 64}),)},
    "the same bytes as a new version": {
        "artifacts": (PLAN.model_copy(update={"artifact_id": UUID(int=6), "version": 2}),)
    },
    "no artifact": {"artifacts": ()},
    "what it consumed": {"consumed": {BRIEF: "d" * 64}},
    "verdict": {"verdict": None},
    "confidence": {"confidence": 0.1 + 1e-16},
    "shortage": {"shortage": SHORTAGE},
    "another shortage": {"shortage": SHORTAGE.model_copy(update={"limit": 2.0})},
    "tool call": {"tool_call": ToolCall.of("files/read", {"path": "a"})},
    "another tool call": {"tool_call": ToolCall.of("files/read", {"path": "b"})},
    "cause": {"cause": "The model is unavailable."},
    "form": {"supplies": "project_plan"},
    "person": {"needs_person": True},
    "policy": {"step": STEP.model_copy(update={"gate": Gate(on_expiry=OnExpiry.APPROVE)})},
    "rounds": {"step": STEP.model_copy(update={"gate": Gate(max_rounds=1)})},
    "another request": {"step": STEP.model_copy(update={"request_id": UUID(int=7)})},
}


def test_every_part_changes_the_hash() -> None:
    hashes = {name: hash_of(**{**ASKED, **other}) for name, other in OTHERS.items()}
    hashes["as asked"] = hash_of(**ASKED)
    assert len(set(hashes.values())) == len(hashes)


def test_the_hash_of_a_subject_stays_as_it_is() -> None:
    """Requests that are open during an update keep theirs; a changed subject needs no migration, but a thought."""
    assert hash_of(**ASKED) == "b5b234fdda119b23b2f7fea3a40e68f86c313983dda99dd0bc96428a4f2dcc2a"


def test_a_deadline_is_no_part_of_it() -> None:
    later = STEP.model_copy(update={"gate": Gate(expires_in=timedelta(hours=48))})
    assert hash_of(**{**ASKED, "step": later}) == hash_of(**ASKED)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ([1.0, 0.1, 1e21, 1e-7, -0.0, 333333333.33333329], "[1,0.1,1e+21,1e-7,0,333333333.3333333]"),
        ({"\u20ac": 1, "\r": 2, "\U0001f600": 3, "\ufb33": 4}, '{"\\r":2,"\u20ac":1,"\U0001f600":3,"\ufb33":4}'),
        ("\u00e9 e\u0301", '"\u00e9 e\u0301"'),
        ("half a pair: \ud800", '"half a pair: \ufffd"'),
    ],
)
def test_canonical_json_is_that_of_rfc_8785(value: Any, text: str) -> None:
    """Members by their UTF-16, numbers as JavaScript prints them, and text as it is: no Unicode normalization."""
    assert canonical(value) == text.encode()
    assert hashlib.sha256(canonical(value)).hexdigest() == hashlib.sha256(text.encode()).hexdigest()
