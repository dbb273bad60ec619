"""The wire types: the fields of a response, moments, storable text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.contracts.contract import storable
from models.contracts.hitl import HitlResponse

BASE = {"request_id": UUID(int=1), "decision_id": UUID(int=2), "responded_at": datetime(2026, 1, 1, tzinfo=UTC)}


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "approve"},
        {"action": "approve", "comment": "good"},
        {"action": "amend", "comment": "shorter"},
        {"action": "amend", "content_hash": "a" * 64},
        {"action": "amend", "content_hash": "a" * 64, "comment": "mine", "artifact_id": UUID(int=3)},
        {"action": "reject", "comment": "no"},
    ],
)
def test_a_response_with_what_its_action_needs_is_valid(fields: dict[str, Any]) -> None:
    response = HitlResponse.model_validate(BASE | fields)
    assert HitlResponse.model_validate_json(response.model_dump_json()) == response
    assert response.redoes == (fields["action"] == "amend" and "content_hash" not in fields)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"action": "amend"}, "amend needs content"),
        ({"action": "reject"}, "reject needs a comment"),
        ({"action": "reject", "comment": "  "}, "blank"),
        ({"action": "approve", "content_hash": "a" * 64}, "approve takes no content"),
        ({"action": "reject", "comment": "no", "content_hash": "a" * 64}, "reject takes no content"),
        ({"action": "amend", "content_hash": "A" * 64}, "content_hash"),
        ({"action": "approve", "comment": "x" * 10_001}, "comment"),
        ({"action": "approve", "comment": "a\x00b"}, "NUL"),
        ({"action": "approve", "responder": "a\x00b"}, "NUL"),
        ({"action": "approve", "responder": ""}, "responder"),
        ({"action": "approve", "responder": "x" * 256}, "responder"),
        ({"action": "agree"}, "action"),
    ],
)
def test_a_response_without_what_its_action_needs_is_refused(fields: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        HitlResponse.model_validate(BASE | fields)


@pytest.mark.parametrize(
    "written", ["2026-01-01T05:00:00+05:00", "2025-12-31T01:00:00-23:00", "2026-01-01T00:00:00", 1767225600]
)
def test_moments_are_converted_to_utc(written: object) -> None:
    response = HitlResponse.model_validate({**BASE, "action": "approve", "responded_at": written})
    assert response.responded_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert response.responded_at.tzinfo is UTC


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_moments_outside_the_calendar_are_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="responded_at"):
        HitlResponse.model_validate({**BASE, "action": "approve", "responded_at": written})


@given(st.text(st.characters(exclude_categories=())))
def test_storable_text_has_neither_nul_nor_surrogates(text: str) -> None:
    stored = storable(text)
    assert "\x00" not in stored
    assert stored.encode() is not None
    assert storable(stored) == stored
