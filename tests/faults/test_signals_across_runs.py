"""No signal is lost when workflows continue as new, and a long project completes."""

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
from tests.workflows.lost import request_of
from tests.workflows.short_histories import OUTPUTS, chain, histories, temporal_with_short_histories
from worker.worker import build_worker
from worker.workflow_sandbox import StrictRunner

BURSTS, MOST_AT_ONCE, PAUSE_SECONDS = 4, 4, 0.1
LOST_SECONDS = 60.0
AT_ONCE = 4
"""Projects."""
MOST_SECONDS = 300.0
UNHANDLED = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND


@pytest_asyncio.fixture(scope="module")
async def hasty() -> AsyncIterator[WorkflowEnvironment]:
    async with temporal_with_short_histories() as environment:
        yield environment


@asynccontextmanager
async def _project(
    client: Client, store: Store, script: Script, settings: Settings, *stages: dict[str, Any]
) -> AsyncIterator[Story]:
    """Start a project with a worker of its own."""
    own = settings.model_copy(update={"task_queue": uuid4().hex})
    async with build_worker(client, store, script.crew(), own, StrictRunner()):
        yield await Story.begin(client, store, own.task_queue, script, pipeline(*stages))


@dataclass
class SignalSender:
    """Sends random kinds of signals to a project while its workflow continues as new, and checks their outcomes."""

    story: Story
    open: HitlRequest
    closed: HitlRequest
    choices: random.Random
    kinds: Counter[str] = field(default_factory=Counter)
    responses: dict[str, set[UUID]] = field(default_factory=lambda: {"refused": set(), "superseded": set()})
    runs: set[str | None] = field(default_factory=set)

    async def send_one(self) -> None:
        kind = self.choices.choice(("refused", "superseded", "future", "malformed", "unknown"))
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
                await self.story.respond(request_of(self.story, "aside", self.choices.randint(2, 4)), "approve")
            case "malformed":
                await self.story.handle.signal("respond", {"action": "shrug"})
            case "unknown":
                await self.story.handle.signal("abracadabra")
        self.kinds[kind] += 1

    async def send_until(self, runs: int) -> None:
        """Send in bursts until the workflow has had that many runs.

        Wait between bursts until all signals are handled: a workflow that keeps receiving them postpones
        continue-as-new.
        """
        while len(self.runs) < runs:
            for _ in range(BURSTS):
                await asyncio.gather(*(self.send_one() for _ in range(self.choices.randint(1, MOST_AT_ONCE))))
                self.runs.add((await self.story.handle.describe()).run_id)
                await asyncio.sleep(self.choices.uniform(0, PAUSE_SECONDS))
            await self.judged(self.open, "refused")
            await self.judged(self.closed, "superseded")

    async def judged(self, request: HitlRequest, outcome: str) -> None:
        """Wait until the history has every response that was sent and should have this outcome."""

        async def look() -> bool:
            kept = {each.id for each in await self.story.history(request) if each.outcome == outcome}
            return kept == self.responses[outcome]

        await eventually(look, LOST_SECONDS)

    async def check_all(self) -> int:
        """Return the number of signals that were sent; fail unless each was judged or recorded as an error."""
        await self.judged(self.open, "refused")
        await self.judged(self.closed, "superseded")
        problems = [each.data["message"] for each in await self.story.events(EventType.ERROR)]
        assert sum("Unreadable response" in problem for problem in problems) == self.kinds["malformed"]
        assert sum("abracadabra" in problem for problem in problems) == self.kinds["unknown"]
        assert sum("which this project does not have" in problem for problem in problems) == self.kinds["future"]
        return self.kinds.total()


def _signals_during_continue_as_new(past: list[WorkflowHistory]) -> int:
    """Return how often a signal arrived just as the workflow continued as new.

    Temporal then refused the command, or the next run had the signal before its first workflow task.
    """
    count = 0
    for history in past:
        kinds = [event.event_type for event in history.events]
        started = kinds.index(Recorded.EVENT_TYPE_WORKFLOW_TASK_STARTED)
        count += Recorded.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED in kinds[:started]
        count += sum(
            event.workflow_task_failed_event_attributes.cause == UNHANDLED
            for event in history.events
            if event.event_type == Recorded.EVENT_TYPE_WORKFLOW_TASK_FAILED
        )
    return count


@pytest.mark.item(14)
# Temporal fails a workflow task because of a new signal, and the SDK may cancel a local activity that has just ended.
@pytest.mark.filterwarnings("ignore:Cannot find activity to cancel")
async def test_no_signal_is_lost_while_a_workflow_continues_as_new(
    hasty: WorkflowEnvironment, store: Store, settings: Settings, proof: Proof
) -> None:
    times = proof.times(full=200, short=8)

    async def project(choices: random.Random) -> tuple[int, int, int]:
        """Run one project. Return its numbers of signals, of continue-as-new, and of those with a signal just then."""
        first = {"name": "first", "agent": "analyst", "produces": [OUTPUTS[0]], **GATE}
        aside = {"name": "aside", "agent": "analyst", "produces": [OUTPUTS[1]], **GATE}
        async with _project(hasty.client, store, Script(), settings, first, aside) as story:
            closed, open = await story.request("first"), await story.request("aside")
            await story.respond(closed, "approve")
            await eventually(lambda: story.history(closed))
            sender = SignalSender(story, open, closed, choices)
            await sender.send_until(times // AT_ONCE + 1)
            await story.respond(open, "approve")
            assert (await story.result()).status == "completed"
            past = await histories(story)
            return await sender.check_all(), len(past) - 1, _signals_during_continue_as_new(past)

    choicess = [random.Random(proof.random.random()) for _ in range(AT_ONCE)]
    seen = await asyncio.gather(*map(project, choicess))
    signals, continued, simultaneous = map(sum, zip(*seen, strict=True))
    proof.row(
        "signals of five kinds, in bursts, while workflows continue as new",
        continued,
        "none lost",
        f"{signals} signals, each judged or recorded as an error; {simultaneous} of them arrived at that very moment",
    )
    assert continued >= times
    assert simultaneous >= times // 4 or not proof.is_full


@pytest.mark.item(14)
async def test_a_project_of_many_tasks_continues_as_new_and_completes(
    hasty: WorkflowEnvironment, temporal: Client, store: Store, settings: Settings, proof: Proof
) -> None:
    """In a chain of nine stages, the fifth and the last fail and cause rework from the first."""
    last, middle = proof.times(full=100, short=1), proof.times(full=20, short=1)
    stages = chain(9)
    script = Script()
    for stage, failures in ((4, middle), (8, last)):
        stages[stage]["rework"] = {"to": "stage0", "max_rounds": failures}
        script.on(f"stage{stage}", *[fails_its_verdict] * failures, works)
    tasks = 9 * (last + 1) + 5 * middle
    client = temporal if proof.is_full else hasty.client
    async with _project(client, store, script, settings, *stages) as story:
        result = await asyncio.wait_for(story.result(), MOST_SECONDS)
        past = await histories(story)
        done = Counter((task.stage, task.round) for task in await story.tasks())
        completed = await story.events(EventType.TASK_COMPLETED)
    proof.row(
        f"a project of {tasks} tasks",
        1,
        "it continues as new and completes",
        f"{result.status} after {len(past)} runs and {sum(len(each.events) for each in past)} history events; "
        f"{done.total()} tasks, each once",
    )
    assert result.status == "completed"
    assert len(past) > 1
    assert (len(done), done.total(), len(completed)) == (tasks, tasks, tasks)
