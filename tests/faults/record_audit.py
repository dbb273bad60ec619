"""Audits the records of projects after a fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.faults.deliveries import Delivery
from tests.faults.fault_stack import FaultStack

# Events without ids and times, which differ between projects.
_LOG = """
SELECT seq, event_type, agent_type, dedupe_key, data->>'stage' AS stage, data->>'status' AS status,
       data->>'action' AS action
FROM event WHERE project_id = %s ORDER BY seq
"""
_DECISIONS = "SELECT id::text, request_id::text, outcome, explanation FROM hitl_decision WHERE project_id = %s"


@dataclass(frozen=True)
class AuditResult:
    """The numbers of records that were found, all of them correct."""

    projects: int
    events: int
    artifacts: int
    decisions: int

    def __str__(self) -> str:
        return (
            f"{self.projects} projects with {self.events} events and {self.artifacts} artifacts, each once; "
            f"{self.decisions} decisions acknowledged, {self.decisions} applied"
        )


async def audit(stack: FaultStack, deliveries: Iterable[Delivery], *, compare_content: bool = True) -> AuditResult:
    """Compare completed projects with each other, by pipeline and brief, and with the decisions that were acknowledged.

    A missing or duplicate event, task or artifact makes a project differ from the others. `compare_content` is False
    if agents of two versions wrote the artifacts, whose texts may differ.
    """
    events = artifacts = decisions = 0
    expected: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for delivery in (audited := list(deliveries)):
        (project,) = await stack.rows("SELECT status, last_seq, open_requests FROM project WHERE id = %s", delivery.id)
        assert (project["status"], project["open_requests"]) == ("completed", 0), project
        log = await stack.rows(_LOG, delivery.id)
        assert [each["seq"] for each in log] == list(range(1, project["last_seq"] + 1)), "a gap in the log"
        assert max(Counter(each["dedupe_key"] for each in log).values()) == 1
        written = await stack.rows(
            "SELECT type, name, version, content_hash FROM artifact WHERE project_id = %s ORDER BY type", delivery.id
        )
        tasks = await stack.rows(
            "SELECT stage, round, status, accepted, failures FROM task WHERE project_id = %s ORDER BY stage",
            delivery.id,
        )
        names = ("event_type", "agent_type", "stage", "status", "action")
        # How often the reconciler saw that a workflow did not continue, and had been resumed, depends on the moment.
        story = [tuple(each[name] for name in names) for each in log if not each["dedupe_key"].startswith("workflow:")]
        if not compare_content:
            written = [artifact | {"content_hash": None} for artifact in written]
        story += [tuple(each.values()) for each in (*written, *tasks)]
        reference = expected.setdefault((delivery.pipeline, delivery.brief), story)
        assert story == reference, f"project {delivery.id} differs from the others"
        found = await stack.rows(_DECISIONS, delivery.id)
        applied = {each["request_id"]: each["id"] for each in found if each["outcome"] == "applied"}
        assert applied == delivery.acknowledged, found
        events, artifacts, decisions = events + len(log), artifacts + len(written), decisions + len(applied)
    return AuditResult(len(audited), events, artifacts, decisions)
