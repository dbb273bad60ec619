"""Decisions at gates and their consequences."""

from __future__ import annotations

import asyncio

import pytest

from models.contracts.enums import EventType, HitlStatus, Oversight
from tests.waiting import eventually
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import BUILD, GATE, PLAN, TWO_STAGES, Script, confident, pipeline

UNSURE = {"gate": {"ask": "on_low_confidence", "confidence_below": 0.6}}


async def test_later_stages_read_the_approved_artifact(begin: Begin, script: Script) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    waiting = await story.project()
    assert (waiting.status, waiting.open_requests, waiting.phase) == ("waiting", 1, "plan")
    (task,) = await story.tasks()
    assert (task.status, task.accepted) == ("waiting_for_hitl", False)
    view = await story.view("waiting for a decision")
    assert view.stages[0].request_id == request.id

    response = await story.respond(request, "approve", responder="ada", comment="good")
    result = await story.result()
    (plan,) = await story.artifacts("project_plan")
    assert plan.id in [one.artifact_id for one in result.artifacts]
    assert plan.accepted_at is not None
    assert script.assignments["build"][0].inputs[1].artifact_id == plan.id
    (closed,) = await story.requests()
    assert (closed.status, closed.decision_id) == (HitlStatus.APPROVED, response.decision_id)
    (kept,) = await story.history(request)
    assert (kept.outcome, kept.responder, kept.comment, kept.explanation) == ("applied", "ada", "good", None)
    (told,) = await story.events(EventType.HITL_RESPONSE)
    assert (told.data["action"], told.data["responder"], told.data["round"]) == ("approve", "ada", 1)
    assert {one.status for one in await story.tasks()} == {"completed"}


async def test_amended_content_is_a_new_version_and_the_original_is_kept(begin: Begin, script: Script) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    amended = await story.supply("the plan as it should be")
    await story.respond(request, "amend", content_hash=amended, responder="ada")
    await story.result()
    original, mine = await story.artifacts("project_plan")
    assert (original.version, original.author, original.accepted_at) == (1, "analyst", None)
    assert (mine.version, mine.author, mine.based_on, mine.origin_id) == (2, "ada", original.id, request.id)
    assert mine.accepted_at is not None
    assert await story.text(original) == "project_plan of plan, round 1"
    assert await story.text(mine) == "the plan as it should be"
    assert script.assignments["build"][0].inputs[1].text == "the plan as it should be"
    assert [one.status for one in await story.requests()] == [HitlStatus.AMENDED]
    assert len(await story.tasks("plan")) == 1


async def test_an_amendment_replaces_the_artifact_that_it_names_and_accepts_the_others(
    begin: Begin, script: Script
) -> None:
    design = PLAN | GATE | {"produces": ["project_plan", "system_architecture"]}
    build = BUILD | {"consumes": ["project_plan", "system_architecture"]}
    story = await begin(pipeline(design, build))
    request = await story.request("plan")
    (architecture,) = await story.artifacts("system_architecture")
    hash = await story.supply("another architecture")
    await story.respond(request, "amend", content_hash=hash, artifact_id=architecture.id)
    await story.result()
    read = [one.text for one in script.assignments["build"][0].inputs]
    assert read == ["project_plan of plan, round 1", "another architecture"]


async def test_amending_with_a_comment_repeats_the_stage(begin: Begin, script: Script) -> None:
    story = await begin(TWO_STAGES)
    first = await story.request("plan")
    await story.respond(first, "amend", comment="Shorter, please.")
    second = await story.request("plan", round=2)
    assert second.id != first.id
    one, two = await story.tasks("plan")
    assert (one.status, one.accepted) == ("completed", False)
    assert (two.round, two.status, two.feedback) == (2, "waiting_for_hitl", "Shorter, please.")
    again = script.assignments["plan"][1]
    assert (again.round, again.feedback) == (2, "Shorter, please.")
    assert again.inputs[-1].text == "project_plan of plan, round 1"  # the artifact to improve
    await story.respond(second, "approve")
    await story.result()
    old, new = await story.artifacts("project_plan")
    assert (old.version, old.accepted_at, new.version) == (1, None, 2)
    assert new.accepted_at is not None
    assert script.assignments["build"][0].inputs[1].artifact_id == new.id
    assert [request.status for request in await story.requests()] == ["amended", "approved"]


async def test_a_rejection_ends_the_project_with_its_comment_and_closes_everything_open(begin: Begin) -> None:
    design = {"name": "design", "agent": "architect", "produces": ["system_architecture"], **GATE}
    build = BUILD | {"consumes": ["user_input"]}
    story = await begin(pipeline(PLAN | GATE, design, build))
    rejected, other = await story.request("plan"), await story.request("design")

    async def is_built() -> bool:
        return any((task.stage, task.status) == ("build", "completed") for task in await story.tasks())

    await eventually(is_built)
    await story.respond(rejected, "reject", comment="Not this year.")
    result = await story.result()
    assert (result.status, result.reason) == ("rejected", "Not this year.")
    project = await story.project()
    assert (project.status, project.reason, project.open_requests) == ("rejected", "Not this year.", 0)
    assert {one.id: one.status for one in await story.requests()} == {rejected.id: "rejected", other.id: "cancelled"}
    assert {one.stage: one.status for one in await story.tasks()} == {
        "plan": "completed",
        "design": "cancelled",
        "build": "completed",
    }
    ended = (await story.events(EventType.WORKFLOW_EVENT))[-1]
    assert (ended.data["status"], ended.data["reason"]) == ("rejected", "Not this year.")


async def test_the_last_round_can_be_approved_but_not_repeated(begin: Begin) -> None:
    story = await begin(pipeline(PLAN | {"gate": {"max_rounds": 2}}))
    await story.respond(await story.request("plan"), "amend", comment="again")
    last = await story.request("plan", round=2)
    assert not last.may_redo
    refused = await story.judged(await story.respond(last, "amend", comment="and again"))
    assert (refused.outcome, refused.explanation) == ("refused", "the step has no rounds left")
    assert (await story.project()).status == "waiting"
    await story.respond(last, "approve")
    await story.result()
    assert [one.outcome for one in await story.history(last)] == ["refused", "applied"]


async def test_a_response_to_another_artifact_is_refused_and_the_gate_stays_open(begin: Begin) -> None:
    story = await begin(pipeline(PLAN | GATE))
    request = await story.request("plan")
    response = await story.respond(request, "approve", artifact_id=story.given.brief.artifact_id)
    kept = await story.judged(response)
    assert kept.outcome == "refused"
    assert kept.explanation == "artifact_id is not an artifact of this request"
    assert (await story.project()).open_requests == 1


@pytest.mark.parametrize(
    ("oversight", "asks"),
    [
        (Oversight.HIGH, ["important", "ordinary", "unsure"]),
        (Oversight.MEDIUM, ["important"]),
        (Oversight.LOW, []),
        (None, ["important", "ordinary"]),
    ],
)
async def test_oversight_decides_which_gates_ask(begin: Begin, oversight: Oversight | None, asks: list[str]) -> None:
    stages = pipeline(
        PLAN | {"name": "important", "gate": {"important": True}},
        PLAN | {"name": "ordinary", "produces": ["source_code"], "gate": {}},
        PLAN | {"name": "silent", "produces": ["deployment_log"]},  # no gate, so it never asks
        PLAN | {"name": "unsure", "produces": ["test_results"], "gate": {"ask": "never"}},
    )
    story = await begin(stages, oversight)
    requests = [await story.request(stage) for stage in asks]
    await asyncio.gather(*(story.respond(one, "approve") for one in requests))
    await story.result()
    assert sorted(one.stage for one in await story.requests()) == sorted(asks)


@pytest.mark.parametrize(("confidence", "asks"), [(0.59, True), (0.6, False), (None, True)])
async def test_a_gate_can_ask_only_at_low_confidence(
    begin: Begin, script: Script, confidence: float | None, asks: bool
) -> None:
    script.on("plan", confident(confidence))
    story = await begin(pipeline(PLAN | UNSURE, BUILD))
    if asks:
        request = await story.request("plan")
        assert request.reason == "low_confidence"
        await story.respond(request, "approve")
    await story.result()
    assert len(await story.requests()) == asks


async def test_of_a_hundred_concurrent_responses_one_is_applied_and_the_others_name_it(begin: Begin) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    actions = [("approve", {}), ("amend", {"comment": "again"}), ("reject", {"comment": "no"})]
    async with story.undecided():
        given = await asyncio.gather(
            *(
                story.respond(request, actions[n % 3][0], responder=f"person {n}", **actions[n % 3][1])
                for n in range(100)
            )
        )
    for response in given:
        await story.judged(response)
    history = await story.history(request)
    (winner,) = (one for one in history if one.outcome == "applied")
    losers = [one for one in history if one.outcome == "superseded"]
    assert len(losers) == 99
    assert all(one.explanation for one in losers)
    (closed,) = [one for one in await story.requests() if one.id == request.id]
    assert closed.decision_id == winner.id
    assert [one.data["decision_id"] for one in await story.events(EventType.HITL_RESPONSE)] == [str(winner.id)]


async def test_a_response_sent_twice_counts_once(begin: Begin) -> None:
    story = await begin(TWO_STAGES)
    request = await story.request("plan")
    async with story.undecided():
        response = await story.respond(request, "approve")
        await story.handle.signal("respond", response)
    await story.result()
    assert [one.outcome for one in await story.history(request)] == ["applied"]
    assert len(await story.tasks("build")) == 1
