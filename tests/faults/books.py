"""The books: what PostgreSQL holds of projects that lived through a fault, against what it should hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.faults.deliveries import Delivery
from tests.faults.house import House

# Of an event, all but its ids and moments. A link to an id says nothing that the order does not.
_LOG = """
SELECT seq, event_type, agent_type, dedupe_key, data->>'stage' AS stage, data->>'status' AS status,
       data->>'action' AS action
FROM event WHERE project_id = %s ORDER BY seq
"""
_DECISIONS = "SELECT id::text, request_id::text, outcome, explanation FROM hitl_decision WHERE project_id = %s"


@dataclass(frozen=True)
class Count:
    """What was found in the books, all of it right."""

    projects: int
    events: int
    artifacts: int
    decisions: int

    def __str__(self) -> str:
        return (
            f"{self.projects} projects, {self.events} events and {self.artifacts} artifacts, each once; "
            f"{self.decisions} decisions acknowledged, {self.decisions} applied"
        )


async def audit(house: House, deliveries: Iterable[Delivery]) -> Count:
    """Compare completed projects with others of the same pipeline and brief, and with what was acknowledged.

    A doubled event, task or artifact makes a project differ from the others; so does a missing one.
    """
    events = artifacts = decisions = 0
    firsts: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for delivery in (every := list(deliveries)):
        (project,) = await house.rows("SELECT status, last_seq, open_requests FROM project WHERE id = %s", delivery.id)
        assert (project["status"], project["open_requests"]) == ("completed", 0), project
        log = await house.rows(_LOG, delivery.id)
        assert [each["seq"] for each in log] == list(range(1, project["last_seq"] + 1)), "a gap in the log"
        assert max(Counter(each["dedupe_key"] for each in log).values()) == 1
        written = await house.rows(
            "SELECT type, name, version, content_hash FROM artifact WHERE project_id = %s ORDER BY type", delivery.id
        )
        tasks = await house.rows(
            "SELECT stage, round, status, accepted, failures FROM task WHERE project_id = %s ORDER BY stage",
            delivery.id,
        )
        names = ("event_type", "agent_type", "stage", "status", "action")
        story = [tuple(each[name] for name in names) for each in log]
        story += [tuple(each.values()) for each in (*written, *tasks)]
        first = firsts.setdefault((delivery.pipeline, delivery.brief), story)
        assert story == first, f"project {delivery.id} differs from others"
        found = await house.rows(_DECISIONS, delivery.id)
        applied = {each["request_id"]: each["id"] for each in found if each["outcome"] == "applied"}
        assert applied == delivery.acknowledged, found
        events, artifacts, decisions = events + len(log), artifacts + len(written), decisions + len(applied)
    return Count(len(every), events, artifacts, decisions)
