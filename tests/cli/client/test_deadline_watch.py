"""Requests whose deadline is near are announced, once, unless it is held."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.client import hitl
from cli.client.deadline_watch import DeadlineWatch
from cli.client.project_view import ProjectView
from cli.client.request_shapes import Request
from cli.client.shapes import Event
from tests.models.test_event_data import FIRST
from tests.waiting import eventually

ID = FIRST["hitl_request"]["request_id"]  # type: ignore[index]


class Watched:
    """A watch over one request, whose announcements are kept."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.said: list[str] = []
        self.view = ProjectView()
        self.watch = DeadlineWatch(None, self.view, self.said.append)  # type: ignore[arg-type]
        self.expires_at = datetime.now(UTC)
        monkeypatch.setattr(hitl, "fetch", self._fetch)

    async def _fetch(self, client: object, request_id: str) -> Request:
        return Request.model_validate(
            {
                "request_id": request_id,
                "project_id": "1",
                "stage": "plan",
                "agent_type": "analyst",
                "question": "Good?",
                "reason": "review",
                "status": "pending",
                "created_at": datetime.now(UTC) - timedelta(hours=20),
                "expires_at": self.expires_at,
                "at_expiry": {"effect": "fails", "words": "the project fails"},
            }
        )

    def apply(self, event_type: str, data: dict[str, Any], opened: datetime | None = None) -> None:
        moment = opened or datetime.now(UTC)
        event = Event(event_type=event_type, seq=1, task_id="1", agent_type="analyst", data=data, timestamp=moment)
        self.view.apply(event)
        self.watch.apply(event)

    def open(self, left: timedelta) -> None:
        self.expires_at = datetime.now(UTC) + left
        data = FIRST["hitl_request"] | {"expires_at": self.expires_at.isoformat()}  # type: ignore[index]
        self.apply("hitl_request", data, datetime.now(UTC) - timedelta(hours=20))


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(monkeypatch)


async def test_a_deadline_that_is_near_is_announced_once(watched: Watched) -> None:
    running = asyncio.create_task(watched.watch.run())
    try:
        watched.open(timedelta(minutes=20))

        async def has_said() -> bool:
            return bool(watched.said)

        await eventually(has_said)
        assert watched.said[0].startswith("plan: The project fails ")
        assert f"botarmy extend {ID} 4h" in watched.said[0]
        watched.apply("task_progress", {"stage": "plan", "message": "on"})
        watched.apply("hitl_extended", FIRST["hitl_extended"] | {"expires_at": watched.expires_at.isoformat()})  # type: ignore[index]

        async def has_said_again() -> bool:
            return len(watched.said) == 2

        await eventually(has_said_again)
    finally:
        running.cancel()


async def test_one_that_is_far_away_held_or_decided_is_not_announced(watched: Watched) -> None:
    watched.open(timedelta(hours=9))
    assert watched.watch.due() == []
    watched.open(timedelta(minutes=5))
    assert [str(one) for one in watched.watch.due()] == [ID]
    watched.view.status = "paused"
    assert watched.watch.due() == []
    assert watched.watch.seconds_to_wait() == 30
    watched.view.status = "waiting"
    watched.apply("hitl_expired", FIRST["hitl_expired"])  # type: ignore[index]
    assert watched.watch.due() == []
