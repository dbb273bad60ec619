"""Scripted agents and a project for them. Only agents are faked."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker
from uuid_utils.compat import uuid7

from activities.agent_step import AgentSteps
from config.settings import Settings
from crew.protocol import Agent, Assignment, Draft, Outcome, Step
from models.contracts.enums import AgentType, EventType, HitlAction, HitlStatus, Oversight, Verdict
from models.contracts.events import Event
from models.contracts.hitl import HitlResponse
from models.contracts.pipeline import Pipeline
from models.contracts.project import ProjectInput
from models.tables import PROJECT, Artifact, HitlDecision, HitlRequest, Project, Task
from store import artifacts, contents, events, hitl, hitl_decisions, projects, tasks
from store.transaction import Store
from tests.waiting import PATIENCE_SECONDS, eventually
from worker.worker import activities
from worker.workflow_sandbox import sandboxed_runner
from workflows.client import project_handle, start_project
from workflows.project import ProjectWorkflow
from workflows.standalone_handoff import HandoffWorkflow

Turn = Callable[[Assignment, Step], Awaitable[Outcome]]

BRIEF = "# A brief\n\n- It does what it should.\n"


def outcome(assignment: Assignment, *, verdict: Verdict | None = None, confidence: float | None = None) -> Outcome:
    """The drafts that a stage should produce; their text names the stage and the round."""
    drafts = tuple(
        Draft(one, f"{one} of {assignment.stage}, round {assignment.round}".encode())
        for one in assignment.expected_outputs
    )
    return Outcome(drafts, verdict=verdict, confidence=confidence)


async def works(assignment: Assignment, step: Step) -> Outcome:
    return outcome(assignment)


async def fails_its_verdict(assignment: Assignment, step: Step) -> Outcome:
    return outcome(assignment, verdict=Verdict.FAILED)


async def passes_its_verdict(assignment: Assignment, step: Step) -> Outcome:
    return outcome(assignment, verdict=Verdict.PASSED)


def raises(error: Exception) -> Turn:
    async def turn(assignment: Assignment, step: Step) -> Outcome:
        raise error

    return turn


def confident(confidence: float | None) -> Turn:
    async def turn(assignment: Assignment, step: Step) -> Outcome:
        return outcome(assignment, confidence=confidence)

    return turn


@dataclass
class Held:
    """A turn that lasts until `let_go` is set."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    then: Turn = works

    async def __call__(self, assignment: Assignment, step: Step) -> Outcome:
        self.begun.set()
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return await self.then(assignment, step)


class Script:
    """What each stage does in each turn. The last turn is repeated. A stage without a script succeeds."""

    def __init__(self, short: bool = False) -> None:
        self.short = short
        self.turns: dict[str, list[Turn]] = {}
        self.assignments: dict[str, list[Assignment]] = defaultdict(list)

    def on(self, stage: str, *turns: Turn) -> None:
        self.turns[stage] = list(turns)

    def is_short(self, brief: str) -> bool:
        return self.short

    async def run(self, assignment: Assignment, step: Step) -> Outcome:
        turns = self.turns.get(assignment.stage, [works])
        self.assignments[assignment.stage].append(assignment)
        return await turns[min(len(self.assignments[assignment.stage]), len(turns)) - 1](assignment, step)

    def crew(self) -> Mapping[AgentType, Agent]:
        return dict.fromkeys(AgentType, self)


def pipeline(*stages: dict[str, Any]) -> Pipeline:
    return Pipeline.model_validate({"name": "scripted", "stages": stages})


PLAN: dict[str, Any] = {"name": "plan", "agent": "analyst", "produces": ["project_plan"]}
BUILD: dict[str, Any] = {
    "name": "build",
    "agent": "coder",
    "consumes": ["user_input", "project_plan"],
    "produces": ["source_code"],
}
GATE: dict[str, Any] = {"gate": {}}
TWO_STAGES = pipeline(PLAN | GATE, BUILD)


class Story:
    """One project under test: its workflow and its records."""

    def __init__(self, client: Client, store: Store, task_queue: str, script: Script, given: ProjectInput) -> None:
        self.client = client
        self.store = store
        self.task_queue = task_queue
        self.script = script
        self.given = given
        self.id: UUID = given.project_id
        self.handle: WorkflowHandle[Any, Any] = project_handle(client, self.id)

    @classmethod
    async def begin(
        cls,
        client: Client,
        store: Store,
        task_queue: str,
        script: Script,
        stages: Pipeline,
        oversight: Oversight | None = None,
        *,
        start: bool = True,
    ) -> Story:
        new = projects.NewProject(uuid7(), "A project", BRIEF, stages, oversight)
        async with store.transaction(new.id) as tx:
            assert await projects.create(tx, new)
        async with store.reading() as connection:
            project = await projects.get(connection, new.id)
            assert project is not None
            given = await projects.input_of(connection, project)
        story = cls(client, store, task_queue, script, given)
        if start:
            await start_project(client, task_queue, given)
        return story

    async def result(self) -> Any:
        return await self.handle.result()

    async def project(self) -> Project:
        async with self.store.reading() as connection:
            found = await projects.get(connection, self.id)
        assert found is not None
        return found

    async def tasks(self, stage: str | None = None) -> list[Task]:
        async with self.store.reading() as connection:
            found = await tasks.of_project(connection, self.id)
        return [one for one in found if stage in (None, one.stage)]

    async def artifacts(self, type: str | None = None) -> list[Artifact]:
        async with self.store.reading() as connection:
            found = await artifacts.of_project(connection, self.id)
        return [one for one in found if type in (None, one.type)]

    async def text(self, artifact: Artifact) -> str:
        async with self.store.reading() as connection:
            body = await contents.get(connection, artifact.content_hash)
        assert body is not None
        return body.decode()

    async def requests(self, status: HitlStatus | None = None) -> list[HitlRequest]:
        async with self.store.reading() as connection:
            return await hitl.find(connection, project_id=self.id, status=status)

    async def request(self, stage: str, round: int = 1, seconds: float = PATIENCE_SECONDS) -> HitlRequest:
        """Wait for the open request of a stage's round."""

        async def look() -> HitlRequest | None:
            found = await self.requests(HitlStatus.PENDING)
            return next((one for one in found if (one.stage, one.round) == (stage, round)), None)

        return await eventually(look, seconds)

    async def status(self, *wanted: str) -> Project:
        """Wait until the project has one of these statuses."""

        async def look() -> Project | None:
            project = await self.project()
            return project if project.status in wanted else None

        return await eventually(look)

    async def view(self, first: str) -> Any:
        """Wait until the workflow reports this status of its first stage. The records are written before the workflow
        receives the result of the activity that wrote them."""

        async def look() -> Any:
            view = await self.handle.query("state")
            return view if view["stages"][0]["status"] == first else None

        return await eventually(look)

    async def history(self, request: HitlRequest) -> list[HitlDecision]:
        async with self.store.reading() as connection:
            return await hitl_decisions.history(connection, request.id)

    async def judged(self, response: HitlResponse) -> HitlDecision:
        """Wait for the outcome of a response."""

        async def look() -> HitlDecision | None:
            async with self.store.reading() as connection:
                return await hitl_decisions.get(connection, response.request_id, response.decision_id)

        return await eventually(look)

    async def events(self, *types: EventType) -> list[Event]:
        async with self.store.reading() as connection:
            found = await events.since(connection, self.id, 0, limit=10_000)
        assert [one.seq for one in found] == list(range(1, len(found) + 1)), "a gap in the log"
        return [one for one in found if not types or one.event_type in types]

    async def event(self, type: EventType, number: int = 1) -> Event:
        """Wait for the first, second, ... event of a type."""

        async def look() -> Event | None:
            found = await self.events(type)
            return found[number - 1] if len(found) >= number else None

        return await eventually(look)

    async def supply(self, text: str) -> str:
        """Store a content, as the API does before it sends the signal. Return its hash."""
        async with self.store.transaction(self.id) as tx:
            await contents.put(tx.connection, [text.encode()])
        return contents.hash_of(text.encode())

    @asynccontextmanager
    async def undecided(self) -> AsyncIterator[None]:
        """Lock the project's row, so that nothing is recorded or decided inside the block."""
        async with self.store.database.engine.begin() as holding:
            await holding.execute(select(PROJECT.c.id).where(PROJECT.c.id == self.id).with_for_update())
            yield

    async def respond(self, request: HitlRequest | UUID, action: str, **more: Any) -> HitlResponse:
        response = answer(request, action, **more)
        await self.handle.signal("respond", response)
        return response


def answer(request: HitlRequest | UUID, action: str, **more: Any) -> HitlResponse:
    return HitlResponse(
        request_id=request if isinstance(request, UUID) else request.id,
        decision_id=more.pop("decision_id", None) or uuid7(),
        action=HitlAction(action),
        responded_at=datetime.now(UTC),
        **more,
    )


def step_worker(client: Client, store: Store, script: Script, settings: Settings) -> Worker:
    """A worker that only runs agent steps."""
    steps = AgentSteps(store, script.crew(), settings.max_artifact_bytes)
    return Worker(client, task_queue=settings.task_queue, activities=[steps.run_agent_step])


def workflow_worker(client: Client, store: Store, script: Script, settings: Settings) -> Worker:
    """A worker that only runs workflows with their local activities, and replays every workflow task."""
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[ProjectWorkflow, HandoffWorkflow],
        activities=activities(store, script.crew(), settings),
        no_remote_activities=True,
        workflow_runner=sandboxed_runner(strict=True),
        max_cached_workflows=0,
    )
