"""Workflows without a cache: every workflow task replays the whole history."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from config.settings import Settings
from store.transaction import Store
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import (
    BUILD,
    GATE,
    PLAN,
    Script,
    fails_its_verdict,
    passes_its_verdict,
    pipeline,
    raises,
    works,
)
from tests.workflows.partial_workers import step_worker, workflow_worker


@pytest_asyncio.fixture
async def at_work(engine: WorkflowEnvironment, store: Store, script: Script, settings: Settings) -> AsyncIterator[None]:
    async with (
        step_worker(engine.client, store, script, settings),
        workflow_worker(engine.client, store, script, settings),
    ):
        yield


@pytest.mark.parametrize("short", [False, True])
async def test_a_project_completes_when_every_workflow_task_replays(begin: Begin, script: Script, short: bool) -> None:
    script.short = short
    script.on("validate", fails_its_verdict, passes_its_verdict)
    script.on("build", raises(ValueError("away")), works)
    validate = {
        "name": "validate",
        "agent": "tester",
        "consumes": ["source_code"],
        "produces": ["test_results"],
        "rework": {"to": "build"},
    }
    design = {"name": "design", "agent": "architect", "consumes": ["project_plan"], "produces": ["system_architecture"]}
    launch = {
        "name": "launch",
        "agent": "deployer",
        "consumes": ["test_results", "system_architecture"],
        "produces": ["deployment_log"],
    }
    story = await begin(pipeline(PLAN | GATE, design | GATE, BUILD, validate, launch | GATE))
    await story.respond(await story.request("plan"), "amend", comment="again")
    await story.respond(await story.request("plan", round=2), "approve")
    design_request = await story.request("design")
    await story.handle.signal("pause")
    await story.status("paused")
    await story.respond(design_request, "amend", content_hash=await story.supply("mine"))
    await story.handle.signal("resume")
    await story.respond(await story.request("launch"), "approve")
    assert (await story.result()).status == "completed"
    assert sorted((one.stage, one.round) for one in await story.tasks()) == [
        ("build", 1),
        ("build", 2),
        ("design", 1),
        ("launch", 1),
        ("plan", 1),
        ("plan", 2),
        ("validate", 1),
        ("validate", 2),
    ]
