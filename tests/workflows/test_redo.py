"""A person sends the work from a gate to an earlier stage."""

from __future__ import annotations

from typing import Any

from crew.protocol import AgentError
from models.contracts.enums import EventType, HitlStatus, TaskStatus
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import (
    GATE,
    Held,
    Script,
    fails_its_verdict,
    passes_its_verdict,
    pipeline,
    raises,
    works,
)

SPECIFY: dict[str, Any] = {"name": "specify", "agent": "analyst", "produces": ["software_specification"]}
ACCEPTANCE: dict[str, Any] = {
    "name": "acceptance",
    "agent": "tester",
    "consumes": ["software_specification"],
    "produces": ["acceptance_tests"],
}
BUILD: dict[str, Any] = {
    "name": "build",
    "agent": "coder",
    "consumes": ["software_specification"],
    "produces": ["source_code"],
}
VALIDATE: dict[str, Any] = {
    "name": "validate",
    "agent": "tester",
    "consumes": ["source_code", "acceptance_tests"],
    "produces": ["test_results"],
    "rework": {"to": "build", "max_rounds": 1},
}
AUDIT: dict[str, Any] = {
    "name": "audit",
    "agent": "architect",
    "consumes": ["acceptance_tests"],
    "produces": ["deployment_log"],
}
DISPUTES = raises(AgentError("R3's test contradicts the specification.", retryable=False))
LOOP = pipeline(SPECIFY, ACCEPTANCE, BUILD, VALIDATE)


async def test_a_reviewed_stage_sends_the_work_to_the_one_that_it_depends_on(begin: Begin, script: Script) -> None:
    story = await begin(pipeline(SPECIFY, BUILD | GATE))
    comment = "Nobody asked for accounts."
    await story.respond(await story.request("build"), "amend", comment=comment, redo="specify")
    again = await story.request("build", round=2)
    await story.respond(again, "approve")
    await story.result()
    assert [(one.stage, one.round, one.accepted) for one in await story.tasks()] == [
        ("specify", 1, False),
        ("build", 1, False),
        ("specify", 2, True),
        ("build", 2, True),
    ]
    assert script.assignments["specify"][1].feedback == comment
    assert script.assignments["build"][1].feedback is None
    assert script.assignments["build"][1].inputs[0].text == "software_specification of specify, round 2"
    told = [(one.data["action"], one.data.get("redo")) for one in await story.events(EventType.HITL_RESPONSE)]
    assert told == [("amend", "specify"), ("approve", None)]
    assert [one.status for one in await story.requests()] == [HitlStatus.AMENDED, HitlStatus.APPROVED]


async def test_a_failed_verdict_sends_the_work_to_the_stage_that_a_person_names(begin: Begin, script: Script) -> None:
    script.on("validate", fails_its_verdict, fails_its_verdict, passes_its_verdict)
    story = await begin(LOOP)
    request = await story.request("validate", round=2)
    await story.respond(request, "amend", comment="The test is wrong.", redo="acceptance")
    await story.result()
    again = script.assignments["acceptance"][1]
    assert again.feedback == "The test is wrong."
    assert "test_results of validate, round 2" in [one.text for one in again.inputs]
    assert [one.round for one in await story.tasks("build")] == [1, 2]
    assert [one.text for one in script.assignments["validate"][2].inputs[:2]] == [
        "source_code of build, round 2",
        "acceptance_tests of acceptance, round 2",
    ]


async def test_a_disputed_test_is_written_again_and_checks_the_earlier_work(begin: Begin, script: Script) -> None:
    script.on("validate", fails_its_verdict, passes_its_verdict)
    script.on("build", works, DISPUTES)
    story = await begin(LOOP)
    request = await story.request("build", round=2)
    assert "send the work back to acceptance" in request.question
    await story.respond(request, "amend", comment="R3 means 404.", redo="acceptance")
    result = await story.result()
    assert [(one.round, one.status, one.accepted) for one in await story.tasks("build")] == [
        (1, TaskStatus.COMPLETED, False),
        (2, TaskStatus.FAILED, True),
    ]
    again = script.assignments["acceptance"][1]
    assert (again.feedback, "test_results" in [one.type for one in again.inputs]) == ("R3 means 404.", True)
    (code,) = await story.artifacts("source_code")
    assert code.id in {one.artifact_id for one in result.artifacts}
    assert [one.text for one in script.assignments["validate"][1].inputs[:2]] == [
        "source_code of build, round 1",
        "acceptance_tests of acceptance, round 2",
    ]
    (told,) = await story.events(EventType.HITL_RESPONSE)
    assert [one["artifact_id"] for one in told.data["accepted"]] == [str(code.id)]


async def test_work_that_fails_the_new_tests_goes_back_as_usual(begin: Begin, script: Script) -> None:
    script.on("validate", fails_its_verdict, fails_its_verdict, passes_its_verdict)
    script.on("build", works, DISPUTES, works)
    story = await begin(pipeline(SPECIFY, ACCEPTANCE, BUILD, VALIDATE | {"rework": {"to": "build", "max_rounds": 2}}))
    request = await story.request("build", round=2)
    await story.respond(request, "amend", comment="R3 means 404.", redo="acceptance")
    await story.result()
    last = script.assignments["build"][2]
    assert last.feedback == "tester found failures in validate; its report is among the inputs."
    assert [one.text for one in last.inputs if one.type == "test_results"] == ["test_results of validate, round 2"]


async def test_a_stage_that_cannot_be_redone_from_here_is_refused_by_name(begin: Begin, script: Script) -> None:
    script.on("build", DISPUTES, works)
    story = await begin(LOOP)
    request = await story.request("build")  # its first round: no verdict has sent the work here
    assert "send the work back" not in request.question
    for stage in ("acceptance", "validate", "build", "nowhere"):
        response = await story.respond(request, "amend", comment="Again.", redo=stage)
        refused = await story.judged(response)
        assert (refused.outcome, refused.redo) == ("refused", stage)
        assert refused.explanation == f"redo cannot be {stage!r}; the possible steps are specify"
    await story.respond(request, "amend", comment="Again.")
    await story.result()


async def test_two_people_send_the_work_to_the_same_stage(begin: Begin, script: Script) -> None:
    """The second one does so while it is running: it begins again, with both comments."""
    held = Held()
    script.on("acceptance", works, held, works)
    script.on("validate", fails_its_verdict, passes_its_verdict)
    script.on("build", works, DISPUTES)
    story = await begin(pipeline(SPECIFY, ACCEPTANCE, BUILD, VALIDATE, AUDIT | GATE))
    disputed = await story.request("build", round=2)
    await story.respond(await story.request("audit"), "amend", comment="Shorter.", redo="acceptance")
    await held.begun.wait()
    await story.respond(disputed, "amend", comment="R3 means 404.", redo="acceptance")
    await story.respond(await story.request("audit", round=2), "approve")
    await story.result()
    assert [one.status for one in await story.tasks("acceptance")] == ["completed", "cancelled", "completed"]
    assert script.assignments["acceptance"][2].feedback == "Shorter.\n\nR3 means 404."
