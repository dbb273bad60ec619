"""Chapters of projects: each way for one to end."""

from __future__ import annotations

from tests.api_client import BRIEF
from tests.waiting import eventually
from tests.wire.sockets import open_socket, read_frames, send_frame
from tests.wire.steps import Json, extend, respond, start, wait_for_request, wait_until_over
from tests.wire.transcript import Transcript


async def catalogue(t: Transcript) -> None:
    """What can be run, and how everything is."""

    async def is_ready() -> bool:
        return bool((await t.http.get("/health/ready")).status_code == 200)

    await eventually(is_ready)
    await t.call("GET", "/health/")
    await t.call("GET", "/health/detailed")
    await t.call("GET", "/health/ready")
    await t.get("/pipelines/")
    await t.get("/pipelines/software-delivery")
    await t.get("/pipelines/no-such-pipeline")
    await t.get("/pipelines/quick-start/estimate")
    await t.get("/pipelines/no-such-pipeline/estimate")
    await t.get("/agents/")
    await t.get("/providers/")


async def delivery(t: Transcript) -> None:
    """Gates that are amended and approved, a pause, and the finished project in every view."""
    new = {"name": "Wire delivery", "description": BRIEF}
    project_id = (await t.post("/projects/", json=new, headers={"Idempotency-Key": "wire delivery"}))["id"]
    await t.post("/projects/", json=new, headers={"Idempotency-Key": "wire delivery"})
    await t.post("/projects/", json=new | {"name": "Another"}, headers={"Idempotency-Key": "wire delivery"})
    request = await wait_for_request(t, project_id, "discovery")
    for path in (
        f"/projects/{project_id}",
        f"/projects/{project_id}/status",
        f"/projects/{project_id}/overview",
        f"/projects/{project_id}/agents",
        f"/hitl/{request['request_id']}",
        "/hitl/pending",
        f"/tasks/{request['task_id']}",
        f"/tasks/{request['task_id']}/transcript",
        f"/workflows/{project_id}",
    ):
        await t.get(path)
    await t.get("/projects/", search="wire deliv", status="waiting")

    await t.post(f"/projects/{project_id}/pause")
    await t.post(f"/projects/{project_id}/pause")
    await t.get("/hitl/pending")
    await t.post(f"/projects/{project_id}/resume")
    await t.post(f"/projects/{project_id}/resume")

    await extend(t, request, extend_by="4h", extended_by="Ada")
    await extend(t, request, extend_by="4h", was="2026-01-01T00:00:00Z")
    await extend(t, request, extend_by="400d")
    await extend(t, request)

    await respond(t, request, action="reject")
    await respond(t, request, action="amend")
    await respond(t, request, action="amend", content=" ")
    await respond(t, request, action="approve", content="No.")
    await respond(t, request, action="amend", comment="Elsewhere.", redo="build")
    await respond(t, request, action="applaud")
    await respond(t, request, action="approve", colour="red")
    await respond(t, request, action="approve", subject_hash=None)
    await respond(t, request, action="approve", subject_hash="0" * 64)
    await respond(t, request, action="amend", content="# Plan\n\nAs I would have it.\n", responder="Ada")
    await t.get(f"/hitl/{request['request_id']}")
    await respond(t, request, action="reject", comment="Too late.")
    await extend(t, request, extend_by="4h")
    request = await wait_for_request(t, project_id, "plan")
    await respond(t, request, action="amend", comment="Say who it is for.")
    request = await wait_for_request(t, project_id, "plan", round=2)
    await respond(t, request, action="approve", comment="Better.")
    for stage in ("design", "launch"):
        await respond(t, await wait_for_request(t, project_id, stage), action="approve")
    await wait_until_over(t, project_id, "completed")

    for path in ("", "/status", "/agents"):
        await t.get(f"/projects/{project_id}{path}")
    await t.get("/projects/", search="wire deliv")
    await t.get(f"/hitl/project/{project_id}/requests", status="amended")
    await t.get(f"/projects/{project_id}/decisions")
    await t.get(f"/projects/{project_id}/events", limit=5)
    await t.get(f"/projects/{project_id}/events", since=5, limit=200)
    await t.get(f"/projects/{project_id}/events", since=1000)
    artifacts = await t.get(f"/projects/{project_id}/artifacts")
    await t.get(f"/projects/{project_id}/artifacts", type="project_plan")
    await t.get(f"/projects/{project_id}/artifacts", limit=1)
    code = next(one for one in artifacts["items"] if one["type"] == "source_code")
    await t.get(f"/artifacts/{code['artifact_id']}/files")
    await t.get(f"/projects/{project_id}/export")
    await t.post(f"/projects/{project_id}/pause")
    async with open_socket(t, project_id=project_id, since=0) as socket:
        t.frames("the whole log", await read_frames(socket, lambda frame: frame["data"].get("status") == "completed"))


async def rejection(t: Transcript) -> None:
    """Steps that show progress, one that fails, and a project that is rejected for it."""
    controls = "---\nrehearsal:\n  step_seconds: 0.2\n  fail_step: {stage: build, retryable: false}\n---\n"
    async with open_socket(t) as socket:
        await send_frame(t, socket, {"action": "watch"})
        t.frames("watching", await read_frames(socket, lambda frame: frame["event_type"] == "watching"))
        project_id = await start(t, "Wire rejection", controls + BRIEF, pipeline="quick-start")
        changed = await read_frames(socket, lambda frame: frame["event_type"] == "project_changed")
        t.frames("a change", [frame for frame in changed if frame["project_id"] == project_id])
        await send_frame(t, socket, {"action": "unwatch"}, record=False)
        await send_frame(t, socket, {"action": "subscribe", "project_id": project_id, "since": 0})
        request = await wait_for_request(t, project_id, "build")
        await t.get(f"/hitl/{request['request_id']}")
        await t.get(f"/tasks/{request['task_id']}")
        await respond(t, request, action="reject", comment="We buy this instead.")
        await wait_until_over(t, project_id, "rejected")
        frames = await read_frames(socket, _rejects_the_project)
        t.frames("from the start, then live", [one for one in frames if one["event_type"] != "project_changed"])
    await t.get(f"/projects/{project_id}")
    await t.get(f"/projects/{project_id}/status")


def _rejects_the_project(frame: Json) -> bool:
    return bool(frame["event_type"] == "workflow_event" and frame["data"].get("status") == "rejected")


async def cancellation(t: Transcript) -> None:
    """A project that is cancelled at a gate, with a task outside its pipeline that waits, too."""
    project_id = await start(t, "Wire cancellation", BRIEF, oversight="high")
    await wait_for_request(t, project_id, "discovery")
    task = await t.post(f"/projects/{project_id}/tasks", json={"agent_type": "tester", "instructions": "Look at it."})
    await wait_for_request(t, project_id, "task")
    await t.post(f"/projects/{project_id}/cancel")
    await wait_until_over(t, project_id, "cancelled")
    for word in ("pause", "resume", "cancel", "restart", "end"):
        await t.post(f"/projects/{project_id}/{word}")
    await t.post(f"/projects/{project_id}/tasks", json={"agent_type": "tester", "instructions": "Look at it."})
    await t.get(f"/tasks/{task['task_id']}")
    await t.get(f"/projects/{project_id}")
    await t.get(f"/hitl/project/{project_id}/requests")
    await t.get(f"/projects/{project_id}/events", limit=200)


async def expiry(t: Transcript) -> None:
    """A deadline that approves, and one that halts."""
    project_id = await start(t, "Wire expiry", BRIEF, pipeline="deadlines")
    await wait_until_over(t, project_id, "failed")
    await t.get(f"/projects/{project_id}")
    await t.get(f"/hitl/project/{project_id}/requests")
    await t.get(f"/projects/{project_id}/events", limit=200)


async def rework(t: Transcript) -> None:
    """A failed verdict that sends the work back, and a second one that asks a human."""
    controls = "---\nrehearsal:\n  fail_tests_rounds: 2\n  confidence: 0.5\n---\n"
    project_id = await start(t, "Wire rework", controls + BRIEF, pipeline="rework")
    request = await wait_for_request(t, project_id, "validate", round=2)
    await t.get(f"/hitl/{request['request_id']}")
    await respond(t, request, action="approve")
    await wait_until_over(t, project_id, "completed")
    await t.get(f"/projects/{project_id}/status")
    await t.get(f"/projects/{project_id}/events", limit=200)
