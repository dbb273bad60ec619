"""The effects of a workflow task that was lost with its worker: its local activities have committed, and the workflow
has not received their results."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from temporalio.testing import ActivityEnvironment

from activities.agent_step import AgentSteps
from activities.project_opening import ProjectOpening
from activities.records import Records
from models.contracts.enums import ProjectStatus, ResponseOutcome
from models.contracts.handoff import Handoff, StepInput
from models.contracts.hitl import HitlResponse, JudgedResponse
from models.contracts.ids import derive_uuid7
from models.contracts.pipeline import NO_GATE
from models.contracts.records import OpenProjectInput, RecordResponsesInput, RecordStatusInput
from tests.workflows.crew_under_test import Story

MAX_ARTIFACT_BYTES = 2**20


def request_of(story: Story, stage: str, round: int = 1) -> UUID:
    """Return the id that the workflow will give to the request of a stage's round."""
    return derive_uuid7(story.id, f"request:{stage}:{round}")


async def lost_step(story: Story, stage: str, round: int = 1) -> UUID:
    """Run a stage's step as the workflow would. Return the request that it opened."""
    found = story.given.pipeline.stage(stage)
    step = StepInput(
        project_id=story.id,
        project_name=story.given.name,
        task_id=derive_uuid7(story.id, f"task:{stage}:{round}"),
        request_id=request_of(story, stage, round),
        handoff=Handoff(
            to_agent=found.agent,
            phase=stage,
            context_ids=(story.given.brief.artifact_id,),
            expected_outputs=found.produces,
        ),
        round=round,
        gate=found.gate or NO_GATE,
        timeout=found.timeout,
        attempts=found.attempts,
        short=story.script.short,
    )
    crew = story.script.crew()
    worker = ActivityEnvironment()
    worker.info = replace(worker.info, workflow_id=story.handle.id)
    await worker.run(ProjectOpening(story.store, crew).open_project, OpenProjectInput(project_id=story.id))
    await worker.run(AgentSteps(story.store, crew, MAX_ARTIFACT_BYTES, "5usd").run_agent_step, step)
    return step.request_id


async def lost_judgement(story: Story, response: HitlResponse) -> None:
    """Record that a response was applied."""
    applied = JudgedResponse(response=response, outcome=ResponseOutcome.APPLIED)
    judged = RecordResponsesInput(project_id=story.id, responses=(applied,))
    await ActivityEnvironment().run(Records(story.store).record_responses, judged)


async def lost_ending(story: Story, status: ProjectStatus) -> None:
    """Record that the project ended."""
    ended = RecordStatusInput(project_id=story.id, status=status, key=str(status))
    await ActivityEnvironment().run(Records(story.store).record_status, ended)
