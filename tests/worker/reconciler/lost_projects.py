"""Projects that lose their workflow, or whose records are restored from an earlier state."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import text
from temporalio.client import Client

from config.settings import Settings
from crew.protocol import Assignment, Outcome, Step
from models.contracts.enums import Oversight
from store.transaction import Store
from tests.crews import OneAgentCrews
from tests.waiting import eventually
from tests.worker.lost_workflows import V1, lose, problems
from tests.workflows.crew_under_test import Script, Story, Turn, pipeline
from worker.reconciler import Reconciler
from workflows.client import start_project

VALIDATE: dict[str, Any] = {
    "name": "validate",
    "agent": "tester",
    "consumes": ["source_code"],
    "produces": ["test_results"],
    "rework": {"to": "build", "max_rounds": 1},
}
DESIGN: dict[str, Any] = {"name": "design", "agent": "architect", "produces": ["system_architecture"]}


class AgentOfManyProjects:
    """The agents of one worker for many projects, each with its own script."""

    def __init__(self) -> None:
        self.scripts: dict[UUID, Script] = defaultdict(Script)

    def is_short(self, brief: str) -> bool:
        return False

    async def run(self, assignment: Assignment, step: Step) -> Outcome:
        return await self.scripts[assignment.project_id].run(assignment, step)


AGENT = AgentOfManyProjects()
CREWS = OneAgentCrews(AGENT)


class Lost:
    """Projects of one worker that lose their workflow."""

    def __init__(self, store: Store, temporal: Client, settings: Settings, http: httpx2.AsyncClient) -> None:
        self.store, self.temporal, self.settings, self.http = store, temporal, settings, http
        self.reconciler = Reconciler(store, temporal, settings)

    async def begin(
        self, *stages: dict[str, Any], oversight: Oversight | None = None, queue: str = "", **turns: list[Turn]
    ) -> Story:
        queue = queue or self.settings.task_queue
        story = await Story.begin(self.temporal, self.store, queue, Script(), pipeline(*stages), oversight, start=False)
        AGENT.scripts[story.id] = story.script
        for stage, each in turns.items():
            story.script.on(stage, *each)
        await start_project(self.temporal, queue, story.given)
        return story

    async def look(self) -> dict[str, dict[str, Any]]:
        await self.reconciler.reconcile()
        return await problems(self.http)

    async def reported(
        self, story: Story, kind: str | None = None, *, detail: str = "", workflow_id: str = ""
    ) -> dict[str, Any]:
        """Wait until a problem of its workflow is reported, of this kind and with this detail if they are given, and
        return it. What Temporal lists lags behind, so one look may be too early."""

        async def look() -> dict[str, Any] | None:
            found = (await self.look()).get(workflow_id or story.handle.id)
            return found if found and kind in (None, found["kind"]) and detail in found["detail"] else None

        return await eventually(look)

    async def restart(self, story: Story) -> None:
        """Delete its workflow, have that detected, and restart it."""
        await lose(self.temporal, story.handle.id)
        await self.reported(story, "missing")
        answered = await self.http.post(f"{V1}/projects/{story.id}/restart")
        assert answered.status_code == 202, answered.text

    async def completed(self, story: Story) -> None:
        project = await story.status("completed", "failed", "rejected", "cancelled")
        assert (project.status, project.open_requests) == ("completed", 0), project.reason
        await story.events()  # gapless


async def raise_generation(store: Store, project_id: UUID) -> None:
    raised = text("UPDATE project SET generation = generation + 1 WHERE id = :id")
    async with store.database.engine.begin() as connection:
        await connection.execute(raised, {"id": project_id})


async def restore_before_decision(store: Store, project_id: UUID, request_id: UUID) -> None:
    """Restore the rows as they were before the request was decided."""
    statements = (
        "UPDATE artifact SET accepted_at = NULL WHERE project_id = :id AND type = 'project_plan'",
        "DELETE FROM hitl_decision WHERE project_id = :id",
        "DELETE FROM hitl_request WHERE project_id = :id AND id <> :request",
        "UPDATE hitl_request SET status = 'pending', decision_id = NULL, decided_at = NULL WHERE id = :request",
        "DELETE FROM artifact WHERE project_id = :id AND type = 'source_code'",
        "DELETE FROM event WHERE project_id = :id AND seq > "
        "(SELECT max(seq) FROM event WHERE project_id = :id AND data->>'request_id' = (:request)::text "
        "AND event_type = 'hitl_request')",
        "DELETE FROM task WHERE project_id = :id AND stage = 'build'",
        "UPDATE task SET status = 'waiting_for_hitl', accepted = false WHERE project_id = :id",
        "UPDATE project SET status = 'waiting', open_requests = 1, phase = 'plan', "
        "last_seq = (SELECT max(seq) FROM event WHERE project_id = :id) WHERE id = :id",
    )
    async with store.database.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement), {"id": project_id, "request": request_id})
