"""What the log of a project knows of the versions of its code: who wrote each, and when it was accepted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cli.client.http import Client
from cli.client.shapes import Event
from models.contracts.enums import Verdict
from models.contracts.event_data import HitlExpired, HitlRequested, HitlResponded, TaskCompleted, WorkflowEvent


@dataclass(slots=True)
class CodeHistory:
    """Artifacts by their id. A retry withdraws the acceptance of versions; the log still has it."""

    written: dict[str, Event] = field(default_factory=dict)
    """The end of the task that wrote each."""
    accepted: dict[str, datetime] = field(default_factory=dict)
    last_retry: Event | None = None

    @classmethod
    async def read(cls, client: Client, project_id: str) -> CodeHistory:
        """Read it from the project's log."""
        events: list[Event] = []
        since: str | None = "0"
        while since:
            page = await client.get(f"/projects/{project_id}/events", since=since, limit=200)
            events += map(Event.model_validate, page["items"])
            since = page.get("next_cursor")
        return cls.of(events)

    @classmethod
    def of(cls, events: list[Event]) -> CodeHistory:
        """Return what these events say, in their order."""
        history = cls()
        asked = {event.task_id for event in events if isinstance(event.payload, HitlRequested)}
        asked_about: dict[str, list[str]] = {}
        for event in events:
            data, ids = event.payload, list[str]()
            if isinstance(data, TaskCompleted):
                written = [str(artifact.artifact_id) for artifact in data.artifacts]
                history.written.update(dict.fromkeys(written, event))
                # Where nobody was asked, the result was accepted as it was written.
                if event.task_id not in asked and data.verdict != Verdict.FAILED:
                    ids = written
            elif isinstance(data, HitlRequested):
                asked_about[str(data.request_id)] = [str(artifact.artifact_id) for artifact in data.artifacts]
            elif isinstance(data, HitlResponded):
                ids = [str(artifact.artifact_id) for artifact in data.accepted]
            elif isinstance(data, HitlExpired) and data.accepted:
                ids = asked_about.get(str(data.request_id), [])
            elif isinstance(data, WorkflowEvent) and data.retried_from:
                history.last_retry = event
            if event.timestamp is not None:
                for id in ids:
                    history.accepted.setdefault(id, event.timestamp)
        return history
