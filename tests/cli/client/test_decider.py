"""A run without a person decides on reviews, and leaves what needs a person."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from cli.client.decider import AutomaticDecider, UnattendedFailureError
from cli.client.gate_policy import GatePolicy
from cli.client.request_shapes import Request
from models.contracts.enums import HitlAction


def request(reason: str, *, needs_person: bool = False) -> Request:
    now = datetime.now(UTC)
    given = {"request_id": "r", "project_id": "p", "stage": "plan", "agent_type": "analyst", "question": "Well?"}
    more = {"status": "pending", "created_at": now, "expires_at": now}
    return Request.model_validate({**given, **more, "reason": reason, "needs_person": needs_person})


async def test_a_review_is_approved_without_asking() -> None:
    response = await AutomaticDecider(GatePolicy.APPROVE, "no terminal").decide(request("review"), asyncio.Event())
    assert response.action is HitlAction.APPROVE
    assert response.as_json()["without_asking"] is True


@pytest.mark.parametrize(
    ("reason", "needs_person"),
    [("failed_step", False), ("failed_verdict", False), ("stopped", False), ("checkpoint", True), ("review", True)],
)
async def test_what_needs_a_person_is_left_open(reason: str, needs_person: bool) -> None:
    decider = AutomaticDecider(GatePolicy.APPROVE, "no terminal")
    with pytest.raises(UnattendedFailureError):
        await decider.decide(request(reason, needs_person=needs_person), asyncio.Event())
