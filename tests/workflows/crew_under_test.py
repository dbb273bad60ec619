"""Scripted agents and a project for them. Only agents are faked."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from temporalio.client import Client
from uuid_utils.compat import uuid7

from crew.protocol import Assignment, Draft, Outcome, Step
from models.contracts.enums import HitlAction, Oversight, Verdict
from models.contracts.extension import HitlExtension
from models.contracts.hitl import HitlResponse
from models.contracts.pipeline import Pipeline
from models.contracts.project import ProjectInput
from models.contracts.workflow_state import WorkflowView
from models.tables import HitlRequest
from store import hitl, project_start, projects
from store.transaction import Store
from tests.crews import OneAgentCrews
from tests.signing import signed
from tests.waiting import eventually
from tests.workflows.project_records import ProjectRecords
from workflows.client import project_handle, start_project
from workflows.project import ProjectWorkflow

Turn = Callable[[Assignment, Step], Awaitable[Outcome]]

BRIEF = "# A brief\n\n- It does what it should.\n"

HOUR = timedelta(hours=1)


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

    def crew(self) -> OneAgentCrews:
        return OneAgentCrews(self)


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


class Story(ProjectRecords):
    """One project under test: its workflow and its records."""

    def __init__(self, client: Client, store: Store, task_queue: str, script: Script, given: ProjectInput) -> None:
        super().__init__(store, given.project_id)
        self.client = client
        self.task_queue = task_queue
        self.script = script
        self.given = given
        self.handle = project_handle(client, self.id)

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
        checkpoint_after: int = 0,
    ) -> Story:
        new = project_start.NewProject(
            uuid7(), "A project", BRIEF, stages, oversight, checkpoint_after=checkpoint_after
        )
        async with store.transaction(new.id) as tx:
            assert await project_start.create(tx, new)
        async with store.reading() as connection:
            project = await projects.get(connection, new.id)
            assert project is not None
            given = await project_start.input_of(connection, project)
        story = cls(client, store, task_queue, script, given)
        if start:
            await start_project(client, task_queue, given)
        return story

    async def result(self) -> Any:
        return await self.handle.result()

    async def view(self, first: str) -> WorkflowView:
        """Wait until the workflow reports this status of its first stage. The records are written before the workflow
        receives the result of the activity that wrote them."""

        async def look() -> WorkflowView | None:
            view = await self.handle.query(ProjectWorkflow.state)
            return view if view.stages[0].status == first else None

        return await eventually(look)

    async def respond(self, request: HitlRequest | UUID, action: str, **more: Any) -> HitlResponse:
        if isinstance(request, UUID):  # if it exists, to what it asks about
            async with self.store.reading() as connection:
                request = await hitl.get(connection, request) or request
        response = answer(request, action, **more)
        await self.handle.signal("respond", response)
        return response


def later_deadline(request: HitlRequest, by: timedelta = HOUR, **more: Any) -> HitlExtension:
    """Return a later deadline for a request, as an API sends it."""
    given: dict[str, Any] = {"was": request.expires_at, "extension_id": uuid7()} | more
    return HitlExtension(request_id=request.id, expires_at=given["was"] + by, extended_at=datetime.now(UTC), **given)


def answer(request: HitlRequest | UUID, action: str, **more: Any) -> HitlResponse:
    """Return a response to what the request asks about, signed as by an API."""
    request_id, subject_hash = (request, None) if isinstance(request, UUID) else (request.id, request.subject_hash)
    response = HitlResponse(
        request_id=request_id,
        decision_id=more.pop("decision_id", None) or uuid7(),
        action=HitlAction(action),
        responded_at=datetime.now(UTC),
        subject_hash=more.pop("subject_hash", subject_hash),
        **more,
    )
    return signed(response)
