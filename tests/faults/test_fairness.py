"""One project with many steps in the queue does not delay the first step of another."""

from __future__ import annotations

import asyncio

import pytest
from temporalio.client import Client
from uuid_utils.compat import uuid7

from activities.agents.protocol import Assignment, Outcome, Step
from models.contracts.handoff import Handoff
from models.contracts.project import HandoffInput
from models.contracts.words import AgentType
from models.settings import Settings
from store import tasks
from store.transaction import Store
from tests.proving import Proof
from tests.waiting import eventually
from tests.workflows.crew_under_test import TWO_STAGES, Script, Story, outcome
from worker.worker import build_worker
from workflows.client import start_handoff, start_project, task_workflow_id

SLOTS = 2
STEP_SECONDS = 0.05


@pytest.mark.item(28)
async def test_many_steps_of_one_project_do_not_delay_the_first_step_of_another(
    temporal: Client, store: Store, settings: Settings, proof: Proof
) -> None:
    queued = proof.times(500, 150)
    script, ran = Script(), list[str]()

    async def takes_a_moment(assignment: Assignment, step: Step) -> Outcome:
        ran.append(assignment.stage)
        await asyncio.sleep(STEP_SECONDS)
        return outcome(assignment)

    script.on("task", takes_a_moment)
    script.on("plan", takes_a_moment)
    busy = await Story.begin(temporal, store, settings.task_queue, script, TWO_STAGES, start=False)
    other = await Story.begin(temporal, store, settings.task_queue, script, TWO_STAGES, start=False)
    few = settings.model_copy(update={"worker_steps": SLOTS})
    for _ in range(queued):
        await _give_task(temporal, store, few, busy)
    async with build_worker(temporal, store, script.crew(), few):
        await eventually(lambda: _has(len(ran) >= 10))
        begun = len(ran)
        await start_project(temporal, settings.task_queue, other.given)
        await eventually(lambda: _has("plan" in ran))
        ahead = ran.index("plan") - begun
        proof.row(
            f"one project's steps in the queue of a worker with {SLOTS} slots, as another project begins",
            queued,
            "the other's first step begins at once: within a tenth of what is queued",
            f"{ahead} steps began before it",
        )
        assert ahead < queued / 10


async def _give_task(temporal: Client, store: Store, settings: Settings, story: Story) -> None:
    task_id = uuid7()
    handoff = Handoff(to_agent=AgentType.CODER, phase="task", context_ids=(story.given.brief.artifact_id,))
    async with store.transaction(story.id) as tx:
        await tasks.submit(tx, task_id, task_workflow_id(task_id), handoff)
    alone = HandoffInput(project_id=story.id, task_id=task_id, name=story.given.name, handoff=handoff)
    await start_handoff(temporal, settings.task_queue, alone)


async def _has(come: bool) -> bool:
    return come
