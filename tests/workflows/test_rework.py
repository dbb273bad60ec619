"""A failed verdict sends the work back a limited number of times. Then a human is asked."""

from __future__ import annotations

from temporalio.testing import WorkflowEnvironment

from config.settings import Settings
from models.contracts.enums import EventType, HitlStatus, TaskStatus, Verdict
from store.transaction import Store
from tests.waiting import eventually
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import (
    BRIEF,
    BUILD,
    GATE,
    Held,
    Script,
    Story,
    fails_its_verdict,
    passes_its_verdict,
    pipeline,
    works,
)
from tests.workflows.partial_workers import step_worker, workflow_worker

MAKE = BUILD | {"consumes": ["user_input"]}
VALIDATE = {
    "name": "validate",
    "agent": "tester",
    "consumes": ["source_code"],
    "produces": ["test_results"],
    "rework": {"to": "build", "max_rounds": 2},
}
LAUNCH = {"name": "launch", "agent": "deployer", "consumes": ["test_results"], "produces": ["deployment_log"]}
LOOP = pipeline(MAKE, VALIDATE, LAUNCH)
ONE_REWORK = [
    ("build", 1, False),
    ("validate", 1, False),
    ("build", 2, True),
    ("validate", 2, True),
    ("launch", 1, True),
]
"""The tasks of the loop after one failed verdict: stage, round, and whether it was accepted."""


async def test_a_failed_verdict_sends_the_work_back_with_its_report(begin: Begin, script: Script) -> None:
    script.on("validate", fails_its_verdict, passes_its_verdict)
    story = await begin(LOOP)
    result = await story.result()
    assert [(one.stage, one.round, one.accepted) for one in await story.tasks()] == ONE_REWORK
    again = script.assignments["build"][1]
    assert again.feedback == "tester found failures in validate; its report is among the inputs."
    assert [one.text for one in again.inputs] == [
        BRIEF,
        "test_results of validate, round 1",
        "source_code of build, round 1",
    ]
    (code_1, code_2), (report_1, report_2) = await story.artifacts("source_code"), await story.artifacts("test_results")
    assert script.assignments["validate"][1].inputs[0].artifact_id == code_2.id
    assert {one.artifact_id for one in result.artifacts} >= {code_2.id, report_2.id}
    assert report_1.accepted_at is None
    assert (code_1.version, code_2.version) == (1, 2)
    assert await story.requests() == []


async def test_after_max_rounds_a_human_is_asked_and_can_accept_the_failure(begin: Begin, script: Script) -> None:
    script.on("validate", fails_its_verdict)
    story = await begin(LOOP)
    request = await story.request("validate", round=3)
    assert request.reason == "failed_verdict"
    assert "Tester reports a failure in validate" in request.question
    assert [one.round for one in await story.tasks("build")] == [1, 2, 3]
    await story.respond(request, "approve")
    assert (await story.result()).status == "completed"
    report = (await story.artifacts("test_results"))[-1]
    assert report.accepted_at is not None
    assert script.assignments["launch"][0].inputs[0].artifact_id == report.id


async def test_amending_a_failed_verdict_with_a_comment_sends_the_work_back_again(begin: Begin, script: Script) -> None:
    script.on("validate", fails_its_verdict, fails_its_verdict, fails_its_verdict, passes_its_verdict)
    story = await begin(LOOP)
    await story.respond(await story.request("validate", round=3), "amend", comment="Look at the third test.")
    await story.result()
    assert script.assignments["build"][3].feedback == "Look at the third test."
    assert script.assignments["build"][3].inputs[1].text == "test_results of validate, round 3"
    assert [one.accepted for one in await story.tasks("validate")] == [False, False, False, True]


async def test_a_person_can_correct_the_report(begin: Begin, script: Script) -> None:
    script.on("validate", fails_its_verdict)
    story = await begin(pipeline(MAKE, VALIDATE | {"rework": None}, LAUNCH))
    request = await story.request("validate")
    await story.respond(request, "amend", content_hash=await story.supply("All is well, I looked."))
    await story.result()
    assert script.assignments["launch"][0].inputs[0].text == "All is well, I looked."


async def test_a_failed_verdict_can_be_rejected(begin: Begin, script: Script) -> None:
    script.on("validate", fails_its_verdict)
    story = await begin(pipeline(MAKE, VALIDATE | {"rework": None}))
    await story.respond(await story.request("validate"), "reject", comment="Hopeless.")
    assert (await story.result()).status == "rejected"


async def test_a_rework_cancels_and_repeats_a_running_branch_that_depends_on_it(begin: Begin, script: Script) -> None:
    document = {"name": "document", "agent": "architect", "consumes": ["source_code"], "produces": ["project_plan"]}
    failing, documenting = Held(then=fails_its_verdict), Held()
    script.on("validate", failing, passes_its_verdict)
    script.on("document", documenting, works)
    story = await begin(pipeline(MAKE, VALIDATE, document))
    await documenting.begun.wait()
    failing.let_go.set()
    await story.result()
    first, second = await story.tasks("document")
    assert (first.status, second.status, second.accepted) == (TaskStatus.CANCELLED, TaskStatus.COMPLETED, True)
    assert first.id in {one.task_id for one in await story.events(EventType.TASK_CANCELLED)}
    assert script.assignments["document"][1].inputs[0].text == "source_code of build, round 2"
    assert len(await story.artifacts("project_plan")) == 1


async def test_a_rework_cancels_and_repeats_a_waiting_branch_that_depends_on_it(begin: Begin, script: Script) -> None:
    document = {"name": "document", "agent": "architect", "consumes": ["source_code"], "produces": ["project_plan"]}
    failing = Held(then=fails_its_verdict)
    script.on("validate", failing, passes_its_verdict)
    story = await begin(pipeline(MAKE, VALIDATE, document | GATE))
    called_off = await story.request("document")
    failing.let_go.set()
    asked_again = await story.request("document", round=2)
    late = await story.judged(await story.respond(called_off, "approve"))
    assert late.outcome == "superseded"
    await story.respond(asked_again, "approve")
    await story.result()
    assert [one.status for one in await story.requests()] == [HitlStatus.CANCELLED, HitlStatus.APPROVED]
    assert (await story.project()).open_requests == 0


async def test_a_rework_repeats_an_accepted_branch_that_depends_on_it(begin: Begin, script: Script) -> None:
    document = {"name": "document", "agent": "architect", "consumes": ["source_code"], "produces": ["project_plan"]}
    failing = Held(then=fails_its_verdict)
    script.on("validate", failing, passes_its_verdict)
    story = await begin(pipeline(MAKE, VALIDATE, document))

    async def documented() -> bool:
        return any(one.accepted for one in await story.tasks("document"))

    await eventually(documented)
    failing.let_go.set()
    await story.result()
    assert [one.accepted for one in await story.tasks("document")] == [False, True]


async def test_two_verdicts_that_arrive_together_send_the_work_back_once(
    engine: WorkflowEnvironment, store: Store, script: Script, settings: Settings
) -> None:
    """Both arrive in one workflow task, because no worker was running when the first was recorded."""
    probe = {
        "name": "probe",
        "agent": "deployer",
        "consumes": ["source_code"],
        "produces": ["deployment_log"],
        "rework": {"to": "build"},
    }
    testing, probing = Held(then=fails_its_verdict), Held(then=fails_its_verdict)
    script.on("validate", testing, passes_its_verdict)
    script.on("probe", probing, passes_its_verdict)
    async with step_worker(engine.client, store, script, settings):
        async with workflow_worker(engine.client, store, script, settings):
            story = await Story.begin(
                engine.client, store, settings.task_queue, script, pipeline(MAKE, VALIDATE, probe)
            )
            await testing.begun.wait()
            await probing.begun.wait()
        testing.let_go.set()
        probing.let_go.set()

        async def both_handed_in() -> bool:
            history = await story.handle.fetch_history()
            return sum(one.HasField("activity_task_completed_event_attributes") for one in history.events) == 3

        await eventually(both_handed_in)
        async with workflow_worker(engine.client, store, script, settings):
            assert (await story.result()).status == "completed"
    assert [one.verdict for one in await story.tasks("validate")] == [Verdict.FAILED, Verdict.PASSED]
    assert [one.verdict for one in await story.tasks("probe")] == [Verdict.FAILED, Verdict.PASSED]
    assert len(await story.tasks("build")) == 2
    assert "test_results" in [one.type for one in script.assignments["build"][1].inputs]


async def test_short_steps_are_reworked_too(begin: Begin, script: Script) -> None:
    script.short = True
    script.on("validate", fails_its_verdict, passes_its_verdict)
    story = await begin(LOOP)
    await story.result()
    assert [(one.stage, one.round, one.accepted) for one in await story.tasks()] == ONE_REWORK
