"""The order of a project's stages."""

from __future__ import annotations

import asyncio

from crew.protocol import Assignment, Outcome, Step
from models.contracts.enums import AgentStatus, EventType
from store import agents
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import BUILD, PLAN, TWO_STAGES, Held, Script, pipeline, works


async def test_stages_run_in_order_and_receive_what_they_consume(begin: Begin, script: Script) -> None:
    specify = {
        "name": "specify",
        "agent": "architect",
        "consumes": ["project_plan", "user_input"],
        "produces": ["software_specification"],
        "instructions": "Number them.",
        "priority": 1,
    }
    build = BUILD | {"consumes": ["software_specification", "user_input", "project_plan"]}
    story = await begin(pipeline(build, specify, PLAN))  # the stages do not run in the order of the file
    result = await story.result()

    assert [one.stage for one in await story.tasks()] == ["plan", "specify", "build"]
    assert [ref.type for ref in result.artifacts] == ["source_code", "software_specification", "project_plan"]
    by_type = {one.type: one.id for one in await story.artifacts()}
    (task,) = await story.tasks("build")
    assert task.handoff == {
        "from_agent": "analyst",
        "to_agent": "coder",
        "phase": "build",
        "context_ids": [str(by_type[one]) for one in ("software_specification", "user_input", "project_plan")],
        "instructions": "",
        "expected_outputs": ["source_code"],
        "priority": 3,
        "metadata": {},
    }
    (task,) = await story.tasks("specify")
    assert (task.handoff["from_agent"], task.handoff["instructions"], task.handoff["priority"]) == (
        "analyst",
        "Number them.",
        1,
    )
    (given,) = script.assignments["build"]
    assert [one.type for one in given.inputs] == ["software_specification", "user_input", "project_plan"]
    assert given.inputs[2].text == "project_plan of plan, round 1"
    project = await story.project()
    assert (project.status, project.phase, project.open_requests) == ("completed", "build", 0)
    assert project.ended_at is not None
    async with story.store.reading() as connection:
        crew = await agents.of_project(connection, story.id)
    assert {one.status for one in crew} == {AgentStatus.IDLE}


async def test_the_log_of_a_completed_project_has_each_event_once_and_in_order(begin: Begin) -> None:
    story = await begin(pipeline(PLAN, BUILD))
    await story.result()
    told = [
        (one.event_type, one.data.get("status") or one.data.get("stage") or one.data.get("type"))
        for one in await story.events()
    ]

    def step(stage: str, type: str) -> list[tuple[EventType, str]]:
        return [
            (EventType.TASK_STARTED, stage),
            (EventType.AGENT_STATUS_CHANGE, "working"),
            (EventType.ARTIFACT_CREATED, type),
            (EventType.TASK_COMPLETED, stage),
            (EventType.AGENT_STATUS_CHANGE, "idle"),
        ]

    assert told == [
        (EventType.WORKFLOW_EVENT, "starting"),
        (EventType.ARTIFACT_CREATED, "user_input"),
        (EventType.WORKFLOW_EVENT, "active"),
        *step("plan", "project_plan"),
        *step("build", "source_code"),
        (EventType.WORKFLOW_EVENT, "completed"),
    ]


async def test_independent_stages_run_concurrently(begin: Begin, script: Script) -> None:
    design = {"name": "design", "agent": "architect", "consumes": ["project_plan"], "produces": ["system_architecture"]}
    launch = {
        "name": "launch",
        "agent": "deployer",
        "consumes": ["source_code", "system_architecture"],
        "produces": ["deployment_log"],
    }
    building, designing = Held(), Held()
    script.on("build", building)
    script.on("design", designing)
    story = await begin(pipeline(PLAN, BUILD, design, launch))
    await building.begun.wait()
    await designing.begun.wait()  # both are running
    designing.let_go.set()
    building.let_go.set()
    await story.result()
    assert [one.stage for one in await story.tasks()][-1] == "launch"
    (task,) = await story.tasks("launch")
    assert task.handoff["from_agent"] == "architect"


async def test_every_stage_runs_as_a_short_step_too(begin: Begin, script: Script) -> None:
    script.short = True
    story = await begin(TWO_STAGES)
    await story.respond(await story.request("plan"), "approve")
    await story.result()
    history = await story.handle.fetch_history()
    kinds = {event.WhichOneof("attributes") for event in history.events}
    assert "activity_task_scheduled_event_attributes" not in kinds
    assert [(one.stage, one.status, one.accepted) for one in await story.tasks()] == [
        ("plan", "completed", True),
        ("build", "completed", True),
    ]


async def test_a_project_runs_one_short_step_at_a_time(begin: Begin, script: Script) -> None:
    """Short steps are local activities, of which a worker has few: a broad pipeline must not take them all."""
    script.short = True
    running, most = 0, 0

    async def works_alone(assignment: Assignment, step: Step) -> Outcome:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        return await works(assignment, step)

    types = ("project_plan", "software_specification", "system_architecture", "source_code", "test_results")
    for type in types:
        script.on(type, works_alone)
    story = await begin(pipeline(*({"name": type, "agent": "analyst", "produces": [type]} for type in types)))
    assert (await story.result()).status == "completed"
    assert most == 1
