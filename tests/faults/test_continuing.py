"""Workflows that continue as new: no signal is lost on the way, however many come, and a long project ends."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType as Recorded
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from config.settings import Settings
from models.contracts.enums import EventType
from models.tables import HitlRequest
from store.transaction import Store
from tests.proving import Proof
from tests.waiting import eventually
from tests.workflows.crew_under_test import GATE, Script, Story, fails_its_verdict, pipeline, works
from tests.workflows.hasty import OUTPUTS, chain, hasty_temporal, histories
from tests.workflows.lost import request_of
from worker.worker import build_worker

BURSTS, MOST_AT_ONCE, PAUSE_SECONDS = 4, 4, 0.1
LOST_SECONDS = 60.0
AT_ONCE = 4
"""Projects."""
MOST_SECONDS = 300.0
UNHANDLED = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND


@pytest_asyncio.fixture(scope="module")
async def hasty() -> AsyncIterator[WorkflowEnvironment]:
    async with hasty_temporal() as environment:
        yield environment


@asynccontextmanager
async def _begun(
    client: Client, store: Store, script: Script, settings: Settings, *stages: dict[str, Any]
) -> AsyncIterator[Story]:
    """A project, and a worker that has no other."""
    own = settings.model_copy(update={"task_queue": uuid4().hex})
    async with build_worker(client, store, script.crew(), own):
        yield await Story.begin(client, store, own.task_queue, script, pipeline(*stages))


@dataclass
class Sent:
    """What a project was sent, in an endless variety, while its workflow continued as new."""

    story: Story
    open: HitlRequest
    closed: HitlRequest
    chance: random.Random
    kinds: Counter[str] = field(default_factory=Counter)
    responses: dict[str, set[UUID]] = field(default_factory=lambda: {"refused": set(), "superseded": set()})
    runs: set[str | None] = field(default_factory=set)

    async def one(self) -> None:
        kind = self.chance.choice(("refused", "superseded", "future", "malformed", "unknown"))
        match kind:
            case "refused":
                other = self.story.given.brief.artifact_id
                self.responses[kind].add(
                    (await self.story.respond(self.open, "approve", artifact_id=other)).decision_id
                )
            case "superseded":
                self.responses[kind].add(
                    (await self.story.respond(self.closed, "reject", comment="Too late.")).decision_id
                )
            case "future":
                await self.story.respond(request_of(self.story, "aside", self.chance.randint(2, 4)), "approve")
            case "malformed":
                await self.story.handle.signal("respond", {"action": "shrug"})
            case "unknown":
                await self.story.handle.signal("abracadabra")
        self.kinds[kind] += 1

    async def until(self, runs: int) -> None:
        """Send in bursts until the workflow has had so many runs. Now and then it gets as long as it needs for them: a
        workflow that hears of something whenever it is about to continue as new puts that off."""
        while len(self.runs) < runs:
            for _ in range(BURSTS):
                await asyncio.gather(*(self.one() for _ in range(self.chance.randint(1, MOST_AT_ONCE))))
                self.runs.add((await self.story.handle.describe()).run_id)
                await asyncio.sleep(self.chance.uniform(0, PAUSE_SECONDS))
            await self.judged(self.open, "refused")
            await self.judged(self.closed, "superseded")

    async def judged(self, request: HitlRequest, outcome: str) -> None:
        """Return when every response that was sent of this outcome is in the history; fails when one never is."""

        async def look() -> bool:
            kept = {each.id for each in await self.story.history(request) if each.outcome == outcome}
            return kept == self.responses[outcome]

        await eventually(look, LOST_SECONDS)

    async def all_there(self) -> int:
        """How many signals the engine has of it; fails unless each was judged, or is told of."""
        await self.judged(self.open, "refused")
        await self.judged(self.closed, "superseded")
        problems = [each.data["message"] for each in await self.story.events(EventType.ERROR)]
        assert sum("Unreadable response" in problem for problem in problems) == self.kinds["malformed"]
        assert sum("abracadabra" in problem for problem in problems) == self.kinds["unknown"]
        assert sum("or not yet" in problem for problem in problems) == self.kinds["future"]
        return self.kinds.total()


def _met(past: list[WorkflowHistory]) -> int:
    """How often a signal came just when the workflow continued as new: the engine refused that for the signal's sake,
    or the next run found the signal before its first task."""
    met = 0
    for history in past:
        kinds = [event.event_type for event in history.events]
        started = kinds.index(Recorded.EVENT_TYPE_WORKFLOW_TASK_STARTED)
        met += Recorded.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED in kinds[:started]
        met += sum(
            event.workflow_task_failed_event_attributes.cause == UNHANDLED
            for event in history.events
            if event.event_type == Recorded.EVENT_TYPE_WORKFLOW_TASK_FAILED
        )
    return met


@pytest.mark.item(14)
# The engine takes a task back for a signal's sake, and the SDK may call off a local activity of it that has just ended.
@pytest.mark.filterwarnings("ignore:Cannot find activity to cancel")
async def test_no_signal_is_lost_while_a_workflow_continues_as_new(
    hasty: WorkflowEnvironment, store: Store, settings: Settings, proof: Proof
) -> None:
    times = proof.times(full=200, short=8)

    async def project(chance: random.Random) -> tuple[int, int, int]:
        """So many runs of one project; its signals, how often it continued, and how often with a signal just then."""
        first = {"name": "first", "agent": "analyst", "produces": [OUTPUTS[0]], **GATE}
        aside = {"name": "aside", "agent": "analyst", "produces": [OUTPUTS[1]], **GATE}
        async with _begun(hasty.client, store, Script(), settings, first, aside) as story:
            closed, open = await story.request("first"), await story.request("aside")
            await story.respond(closed, "approve")
            await eventually(lambda: story.history(closed))
            sent = Sent(story, open, closed, chance)
            await sent.until(times // AT_ONCE + 1)
            await story.respond(open, "approve")
            assert (await story.result()).status == "completed"
            past = await histories(story)
            return await sent.all_there(), len(past) - 1, _met(past)

    chances = [random.Random(proof.random.random()) for _ in range(AT_ONCE)]
    seen = await asyncio.gather(*map(project, chances))
    signals, continued, met = map(sum, zip(*seen, strict=True))
    proof.row(
        "signals of five kinds, in bursts, while workflows continue as new",
        continued,
        "none lost",
        f"{signals} signals, each judged or told of; {met} of them came in the very moment",
    )
    assert continued >= times
    assert met >= times // 4 or not proof.whole


@pytest.mark.item(14)
async def test_a_project_of_very_many_tasks_continues_as_new_and_ends(
    hasty: WorkflowEnvironment, temporal: Client, store: Store, settings: Settings, proof: Proof
) -> None:
    """A chain of nine stages, whose last and whose fifth find failures and have it all done again."""
    whole, half = proof.times(full=100, short=1), proof.times(full=20, short=1)
    stages = chain(9)
    script = Script()
    for stage, failures in ((4, half), (8, whole)):
        stages[stage]["rework"] = {"to": "stage0", "max_rounds": failures}
        script.on(f"stage{stage}", *[fails_its_verdict] * failures, works)
    tasks = 9 * (whole + 1) + 5 * half
    client = temporal if proof.whole else hasty.client
    async with _begun(client, store, script, settings, *stages) as story:
        result = await asyncio.wait_for(story.result(), MOST_SECONDS)
        past = await histories(story)
        done = Counter((task.stage, task.round) for task in await story.tasks())
        told = await story.events(EventType.TASK_COMPLETED)
    proof.row(
        f"a project of {tasks} tasks",
        1,
        "it continues as new, and ends",
        f"{result.status} after {len(past)} runs and {sum(len(each.events) for each in past)} events of the engine; "
        f"{done.total()} tasks, each once",
    )
    assert result.status == "completed"
    assert len(past) > 1
    assert (len(done), done.total(), len(told)) == (tasks, tasks, tasks)
