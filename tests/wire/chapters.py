"""The fixed scenario, in chapters: each carries a project of its own through the API and to its end.

It speaks HTTP and WebSocket only, so that it runs against any version of the code.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.waiting import eventually
from tests.wire.transcript import V1, Transcript

Json = dict[str, Any]
Chapter = Callable[[Transcript], Awaitable[None]]

BRIEF = (
    "# Guest book\n\nA page where guests leave a word.\n\n## Requirements\n\n- Guests can sign.\n- Guests can read.\n"
)
NOBODY = "01890a5d-0000-7000-8000-000000000000"


async def catalogue(t: Transcript) -> None:
    """What can be run, and how everything is."""
    await eventually(lambda: _is_ready(t))
    await t.call("GET", "/health/")
    await t.call("GET", "/health/detailed")
    await t.call("GET", "/health/ready")
    await t.get("/pipelines/")
    await t.get("/pipelines/software-delivery")
    await t.get("/pipelines/no-such-pipeline")
    await t.get("/agents/")


async def delivery(t: Transcript) -> None:
    """Gates that are amended and approved, a pause, and the finished project in every view."""
    new = {"name": "Wire delivery", "description": BRIEF}
    project_id = (await t.post("/projects/", json=new, headers={"Idempotency-Key": "wire delivery"}))["id"]
    await t.post("/projects/", json=new, headers={"Idempotency-Key": "wire delivery"})
    await t.post("/projects/", json=new | {"name": "Another"}, headers={"Idempotency-Key": "wire delivery"})
    request = await _asked(t, project_id, "discovery")
    for path in (
        f"/projects/{project_id}",
        f"/projects/{project_id}/status",
        f"/projects/{project_id}/agents",
        f"/hitl/{request['request_id']}",
        "/hitl/pending",
        f"/tasks/{request['task_id']}",
        f"/workflows/{project_id}",
    ):
        await t.get(path)
    await t.get("/projects/", search="wire deliv", status="waiting")

    await t.post(f"/projects/{project_id}/pause")
    await t.post(f"/projects/{project_id}/pause")
    await t.get("/hitl/pending")
    await t.post(f"/projects/{project_id}/resume")
    await t.post(f"/projects/{project_id}/resume")

    await _respond(t, request, action="reject")
    await _respond(t, request, action="amend")
    await _respond(t, request, action="amend", content=" ")
    await _respond(t, request, action="approve", content="No.")
    await _respond(t, request, action="applaud")
    await _respond(t, request, action="approve", colour="red")
    await _respond(t, request, action="amend", content="# Plan\n\nAs I would have it.\n", responder="Ada")
    await t.get(f"/hitl/{request['request_id']}")
    await _respond(t, request, action="reject", comment="Too late.")
    request = await _asked(t, project_id, "plan")
    await _respond(t, request, action="amend", comment="Say who it is for.")
    request = await _asked(t, project_id, "plan", round=2)
    await _respond(t, request, action="approve", comment="Better.")
    for stage in ("design", "launch"):
        await _respond(t, await _asked(t, project_id, stage), action="approve")
    await _until(t, project_id, "completed")

    for path in ("", "/status", "/agents"):
        await t.get(f"/projects/{project_id}{path}")
    await t.get("/projects/", search="wire deliv")
    await t.get(f"/hitl/project/{project_id}/requests", status="amended")
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
    async with _socket(t, project_id=project_id, since=0) as socket:
        t.frames("the whole log", await _frames(socket, lambda frame: frame["data"].get("status") == "completed"))


async def rejection(t: Transcript) -> None:
    """Steps that show progress, one that fails, and a project that is rejected for it."""
    controls = "---\nrehearsal:\n  step_seconds: 0.2\n  fail_step: {stage: build, retryable: false}\n---\n"
    async with _socket(t) as socket:
        await _send(t, socket, {"action": "watch"})
        t.frames("watching", await _frames(socket, lambda frame: frame["event_type"] == "watching"))
        project_id = await _start(t, "Wire rejection", controls + BRIEF, pipeline="quick-start")
        changed = await _frames(socket, lambda frame: frame["event_type"] == "project_changed")
        t.frames("a change", [frame for frame in changed if frame["project_id"] == project_id])
        await _send(t, socket, {"action": "unwatch"}, record=False)
        await _send(t, socket, {"action": "subscribe", "project_id": project_id, "since": 0})
        request = await _asked(t, project_id, "build")
        await t.get(f"/hitl/{request['request_id']}")
        await t.get(f"/tasks/{request['task_id']}")
        await _respond(t, request, action="reject", comment="We buy this instead.")
        await _until(t, project_id, "rejected")
        frames = await _frames(socket, lambda frame: frame["data"].get("status") == "rejected" and _is_project(frame))
        t.frames("from the start, then live", [one for one in frames if one["event_type"] != "project_changed"])
    await t.get(f"/projects/{project_id}")
    await t.get(f"/projects/{project_id}/status")


async def cancellation(t: Transcript) -> None:
    """A project that is cancelled at a gate, with a task outside its pipeline that waits, too."""
    project_id = await _start(t, "Wire cancellation", BRIEF, oversight="high")
    await _asked(t, project_id, "discovery")
    task = await t.post(f"/projects/{project_id}/tasks", json={"agent_type": "tester", "instructions": "Look at it."})
    await _asked(t, project_id, "task")
    await t.post(f"/projects/{project_id}/cancel")
    await _until(t, project_id, "cancelled")
    for word in ("pause", "resume", "cancel", "restart", "end"):
        await t.post(f"/projects/{project_id}/{word}")
    await t.post(f"/projects/{project_id}/tasks", json={"agent_type": "tester", "instructions": "Look at it."})
    await t.get(f"/tasks/{task['task_id']}")
    await t.get(f"/projects/{project_id}")
    await t.get(f"/hitl/project/{project_id}/requests")
    await t.get(f"/projects/{project_id}/events", limit=200)


async def expiry(t: Transcript) -> None:
    """A deadline that approves, and one that halts."""
    project_id = await _start(t, "Wire expiry", BRIEF, pipeline="deadlines")
    await _until(t, project_id, "failed")
    await t.get(f"/projects/{project_id}")
    await t.get(f"/hitl/project/{project_id}/requests")
    await t.get(f"/projects/{project_id}/events", limit=200)


async def rework(t: Transcript) -> None:
    """A failed verdict that sends the work back, and a second one that asks a human."""
    controls = "---\nrehearsal:\n  fail_tests_rounds: 2\n  confidence: 0.5\n---\n"
    project_id = await _start(t, "Wire rework", controls + BRIEF, pipeline="rework")
    request = await _asked(t, project_id, "validate", round=2)
    await t.get(f"/hitl/{request['request_id']}")
    await _respond(t, request, action="approve")
    await _until(t, project_id, "completed")
    await t.get(f"/projects/{project_id}/status")
    await t.get(f"/projects/{project_id}/events", limit=200)


async def artifacts(t: Transcript) -> None:
    """What a person adds, in every view, and a task that is given it."""
    project_id = await _start(t, "Wire artifacts", BRIEF)
    await _asked(t, project_id, "discovery")
    to = f"/projects/{project_id}/artifacts"
    rules = {"type": "user_input", "name": "house rules", "content": "# House rules\n\n- No cookies.\n- No pop-ups.\n"}
    first = await t.post(to, json=rules, headers={"Idempotency-Key": "wire artifacts"})
    await t.post(to, json=rules, headers={"Idempotency-Key": "wire artifacts"})
    second = await t.post(to, json=rules | {"content": "# House rules\n\n- One cookie.\n- No pop-ups.\n"})
    packed = {"name": "sources", "media_type": "application/zip", "encoding": "base64", "type": "source_code"}
    archive = await t.post(to, json=packed | {"content": _zip("app/main.py", "README.md")})
    await t.post(to, json=packed | {"content": _zip("../escape.py")})
    await t.post(to, json=packed | {"content": "This is not Base64!"})
    await t.post(to, json=rules | {"colour": "red"})
    await t.get(to, type="user_input")
    one = f"/artifacts/{second['artifact_id']}"
    await t.get(one)
    await t.call("GET", V1 + one, headers={"If-None-Match": f'"{second["content_hash"]}"'})
    await t.call("GET", V1 + one, headers={"Accept": "text/html"})
    await t.get(f"{one}/content")
    await t.get(f"{one}/diff")
    await t.get(f"{one}/diff", against=first["artifact_id"])
    await t.get(f"/artifacts/{first['artifact_id']}/diff")
    await t.get(f"{one}/files")
    await t.get(f"/artifacts/{archive['artifact_id']}/files")
    await t.get(f"/artifacts/{archive['artifact_id']}/content", file="app/main.py")
    await t.get(f"/artifacts/{archive['artifact_id']}/content", file="no/such/file")
    await t.get(f"/artifacts/{archive['artifact_id']}/diff", against=first["artifact_id"])
    given = {"agent_type": "analyst", "instructions": "List the risks.", "context_ids": [second["artifact_id"]]}
    task_id = (await t.post(f"/projects/{project_id}/tasks", json=given))["task_id"]

    async def done() -> bool:
        answer = await t.http.get(f"{V1}/tasks/{task_id}")
        return bool(answer.json()["status"] == "completed")

    await eventually(done)
    await t.get(f"/tasks/{task_id}")
    await t.post(f"/projects/{project_id}/tasks", json=given | {"context_ids": [NOBODY]})
    await t.post(f"/projects/{project_id}/tasks", json=given | {"colour": "red"})
    await t.get(f"/projects/{project_id}/events", limit=200)
    await t.post(f"/projects/{project_id}/cancel")
    await _until(t, project_id, "cancelled")


async def refusals(t: Transcript) -> None:
    """Calls that are refused, one for each way."""
    for path in (
        f"/projects/{NOBODY}",
        f"/projects/{NOBODY}/status",
        f"/projects/{NOBODY}/events",
        f"/projects/{NOBODY}/export",
        f"/tasks/{NOBODY}",
        f"/artifacts/{NOBODY}",
        f"/artifacts/{NOBODY}/diff",
        f"/hitl/{NOBODY}",
        f"/workflows/{NOBODY}",
        "/projects/not-an-id",
        "/no/such/path",
        "/workflows/problems",
    ):
        await t.get(path)
    await t.get("/projects/", cursor="!")
    await t.get("/projects/", limit=0)
    await t.get("/projects/", status="no such status")
    await t.get(f"/projects/{NOBODY}/events", since=-1)
    await t.call("DELETE", f"{V1}/projects/{NOBODY}")
    await t.post(f"/projects/{NOBODY}/pause")
    await t.post(f"/projects/{NOBODY}/restart")
    await t.post(f"/tasks/{NOBODY}/end")
    await t.post("/projects/", json={"name": "", "description": BRIEF})
    await t.post("/projects/", json={"name": "Wire", "description": BRIEF, "colour": "red"})
    await t.post("/projects/", json={"name": "Wire", "description": BRIEF, "pipeline": "no-such-pipeline"})
    await t.post("/projects/", json={"name": "Wire", "description": BRIEF, "oversight": "total"})
    await t.post("/projects/", content="{", headers={"Content-Type": "application/json"})
    await t.post("/projects/", content="name=Wire", headers={"Content-Type": "text/plain"})
    await t.post("/projects/", content=_project_of(40_000), headers={"Content-Type": "application/json"})
    await t.post("/projects/", content=_project_of(400_000), headers={"Content-Type": "application/json"})
    await t.post(f"/hitl/{NOBODY}/respond", json={"action": "approve"})
    await t.call("POST", f"{V1}/projects/", json={}, headers={"Origin": "https://elsewhere.example"})
    await t.call("GET", "/health/", headers={"Host": "elsewhere.example"})


async def websocket(t: Transcript) -> None:
    """Control frames, what a client may ask, and how a socket is refused."""
    project_id = await _start(t, "Wire socket", BRIEF)
    await _asked(t, project_id)
    async with _socket(t, project_id=project_id) as socket:
        t.frames("ready", await _frames(socket, _any))
        t.frames("heartbeat", await _frames(socket, lambda frame: frame["event_type"] == "heartbeat"))
        for frame, answer in (
            ({"action": "ping"}, "pong"),
            ({"action": "subscribe", "project_id": project_id}, "error"),
            ({"action": "unsubscribe", "project_id": project_id}, None),
            ({"action": "unsubscribe", "project_id": project_id}, "error"),
            ({"action": "subscribe", "project_id": project_id, "since": 1_000_000}, "connection_ready"),
            ({"action": "subscribe", "project_id": NOBODY}, "error"),
            ({"action": "subscribe", "project_id": "not-an-id"}, "error"),
            ({"action": "subscribe", "project_id": project_id, "since": -1}, "error"),
            ({"action": "watch"}, "watching"),
            ({"action": "watch"}, "error"),
            ({"action": "unwatch"}, None),
            ({"action": "unwatch"}, "error"),
            ({"action": "dance"}, "error"),
            ({"action": "ping", "loudly": True}, "error"),
            ({"action": "watch", "loudly": True}, "error"),
            ({"action": "subscribe", "project_id": project_id, "loudly": True}, "error"),
            ([], "error"),
        ):
            await _ask(t, socket, frame, answer)
        await socket.send("{")
        t.frames("not JSON", await _answer(socket, "error"))
        await socket.send(b"{}")
        t.frames("binary", await _answer(socket, "error"))
    for query in ({"project_id": "not-an-id"}, {"project_id": NOBODY}, {"project_id": project_id, "since": "x"}):
        await _refused(t, **query)
    await _refused(t, since=1)
    await t.post(f"/projects/{project_id}/cancel")
    await _until(t, project_id, "cancelled")


CHAPTERS: tuple[Chapter, ...] = (
    catalogue,
    delivery,
    rejection,
    cancellation,
    expiry,
    rework,
    artifacts,
    refusals,
    websocket,
)


async def _is_ready(t: Transcript) -> bool:
    return bool((await t.http.get("/health/ready")).status_code == 200)


async def _start(t: Transcript, name: str, brief: str, **more: Any) -> str:
    project_id: str = (await t.post("/projects/", json={"name": name, "description": brief} | more))["id"]
    return project_id


async def _respond(t: Transcript, request: Json, **response: Any) -> Json:
    answer: Json = await t.post(f"/hitl/{request['request_id']}/respond", json=response)
    return answer


async def _until(t: Transcript, project_id: str, status: str) -> None:
    """Wait for a project's status, and for its workflow's last words: it ends only when nothing is left to record."""

    async def look() -> bool:
        project = (await t.http.get(f"{V1}/projects/{project_id}")).json()
        workflow = (await t.http.get(f"{V1}/workflows/{project_id}")).json()
        return bool(project["status"] == status and workflow["status"] != "running")

    await eventually(look)


async def _asked(t: Transcript, project_id: str, stage: str | None = None, round: int = 1) -> Json:
    """The open request of a stage and round, as soon as there is one."""

    async def look() -> Json | None:
        requests = (await t.http.get(f"{V1}/projects/{project_id}/status")).json()["open_requests"]
        wanted = (one for one in requests if stage is None or (one["stage"], one["round"]) == (stage, round))
        return next(wanted, None)

    return await eventually(look)


@asynccontextmanager
async def _socket(t: Transcript, **query: Any) -> AsyncIterator[ClientConnection]:
    address = str(t.http.base_url).rstrip("/").replace("http", "ws", 1)
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    async with connect(f"{address}/ws?{asked}", compression=None, proxy=None) as socket:
        yield socket


async def _send(t: Transcript, socket: ClientConnection, frame: Any, *, record: bool = True) -> None:
    if record:
        t.sent(frame)
    await socket.send(json.dumps(frame))


async def _frames(socket: ClientConnection, last: Callable[[Json], bool]) -> list[Json]:
    """Every frame up to the last one that is wanted."""
    frames: list[Json] = []
    while not frames or not last(frames[-1]):
        frames.append(json.loads(await socket.recv()))
    return [frame for frame in frames if frame["event_type"] != "heartbeat" or last(frame)]


def _any(frame: Json) -> bool:
    return True


def _is_project(frame: Json) -> bool:
    return bool(frame["event_type"] == "workflow_event")


async def _answer(socket: ClientConnection, event_type: str) -> list[Json]:
    """What the server answers, up to a frame of that type; changes of other projects are left out."""
    frames = await _frames(socket, lambda frame: frame["event_type"] == event_type)
    return [frame for frame in frames if frame["event_type"] != "project_changed"]


async def _ask(t: Transcript, socket: ClientConnection, frame: Any, answer: str | None) -> None:
    await _send(t, socket, frame)
    if answer is not None:
        t.frames("answer", await _answer(socket, answer))


async def _refused(t: Transcript, **query: Any) -> None:
    async with _socket(t, **query) as socket:
        frames = []
        try:
            while True:
                frames.append(json.loads(await socket.recv()))
        except ConnectionClosed:
            t.frames(f"refused: {', '.join(query)}", frames)
        t.closed(socket.close_code)


def _zip(*paths: str) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in paths:
            archive.writestr(zipfile.ZipInfo(path), "print('hello')\n")
    return base64.b64encode(packed.getvalue()).decode()


def _project_of(size: int) -> str:
    """The body of a project whose brief has this many characters."""
    return json.dumps({"name": "Wire", "description": "x" * size})
