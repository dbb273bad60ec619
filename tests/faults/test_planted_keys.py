"""Keys of providers are found nowhere, although the provider and the model say them."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import httpx2
import pytest
from temporalio.client import WorkflowExecution
from websockets.asyncio.client import connect

from tests.api_client import V1, decide, get, wait_for_status
from tests.faults.fault_stack import FaultStack
from tests.faults.model_worker import MODELS, PIPELINE, environment, only_worker
from tests.provider import Call, Fault, Script, Turn, running
from tests.provider.scripts import call, calling
from tests.signing_in import AUTHORIZATION
from tests.waiting import eventually

pytestmark = pytest.mark.long

KEYS = dict(zip(MODELS, ("planted-openai-4f9d1c7e8a2b6d30", "planted-anthropic-77c1e5a90b3d2f48"), strict=True))
"""Without the form of these providers' keys, so that only their values give them away."""
MARK = "mark7261"
"""It is stored beside each key, and is found wherever the key would be."""

TEST = """\
import os, pathlib, unittest

class Environment(unittest.TestCase):
    def test_environment(self):
        print("mark7261", dict(os.environ))
        for process in ("self", "1", os.getppid()):
            try:
                print(pathlib.Path(f"/proc/{process}/environ").read_bytes())
            except OSError as error:
                print(error)
"""


def script(model: str) -> Script:
    """A model that tells its key in texts, calls, files and errors. Each model's brief names it."""
    key, name = KEYS[model], model.partition(":")[2]
    unknown = Turn(text=f"{MARK} {key}", calls=(Call(name=f"{MARK}_{key}"),))
    turns = [
        Turn(
            text=f"{MARK} My key is {key}.",
            calls=(
                call("write_file", path="notes.md", content=f"{MARK} KEY={key}\n"),
                call("write_file", path=f"{key}.md", content=f"{MARK}\n"),
                call("write_file", path="tests/test_environment.py", content=TEST),
            ),
        ),
        Turn(calls=(Call(name="read_file", arguments=f'{{"path": "{MARK} {key}"'), call("run_tests"))),
        calling("finish", summary=f"{MARK} It is written with {key}."),
    ]
    return Script(
        when=model.partition(":")[0].capitalize(),
        answers_as=f"{MARK}-{key}",
        conversations={"build": {"turns": turns}},  # type: ignore[dict-item]
        faults=(
            Fault(kind="unauthorized", model=name, times=1, message=f"{MARK} Incorrect API key provided: {key}."),
            Fault(kind="answer", model=name, times=3, answer=unknown),
            Fault(kind="bad_request", model=name, times=1, message=f"{'x' * 280} {MARK} {key} is not allowed"),
        ),
    )


def forms(text: str) -> Iterator[bytes]:
    """Yield the forms in which a text may be stored: as it is, in hexadecimal, in Base64 at any offset."""
    raw = text.encode()
    yield from (raw, raw.hex().encode())
    for offset in range(3):
        yield base64.b64encode(b"\0" * offset + raw)[4:-4]


async def gate(http: httpx2.AsyncClient, project_id: str, said: str) -> dict[str, Any]:
    """Wait for a request that says this, and return it."""

    async def is_open() -> dict[str, Any] | None:
        requests = (await get(http, f"/projects/{project_id}/status"))["open_requests"]
        return next((each for each in requests if said in each["question"]), None)

    return await eventually(is_open)


async def rest_of(http: httpx2.AsyncClient, project_id: str) -> bytes:
    """Return everything that the API tells of a project."""
    status = await get(http, f"/projects/{project_id}/status")
    tasks = [task["task_id"] for task in status["tasks"]]
    artifacts = (await get(http, f"/projects/{project_id}/artifacts"))["items"]
    paths = [
        *(f"/projects/{project_id}{path}" for path in ("", "/status", "/events", "/artifacts", "/agents")),
        f"/hitl/project/{project_id}/requests",
        f"/projects/{project_id}/decisions",
        *(f"/tasks/{task}{path}" for task in tasks for path in ("", "/transcript")),
        *(f"/artifacts/{each['artifact_id']}{path}" for each in artifacts for path in ("", "/content")),
        *(f"/artifacts/{each['artifact_id']}/files" for each in artifacts if each["type"] == "source_code"),
    ]
    answers = [await http.get(V1 + path) for path in paths]
    assert {(path, answer.status_code) for path, answer in zip(paths, answers, strict=True)} == {
        (path, 200) for path in paths
    }
    exported = await http.get(f"{V1}/projects/{project_id}/export")
    with zipfile.ZipFile(io.BytesIO(exported.content)) as export:
        files = [export.read(name) for name in export.namelist()]
    return b"\n".join([*(answer.content for answer in answers), *files])


async def database_of(stack: FaultStack) -> bytes:
    """Return every column of every table as text; bytes are in hexadecimal."""
    tables = await stack.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    rows = [await stack.rows(f'SELECT t::text AS row FROM "{table["tablename"]}" t') for table in tables]
    return "\n".join(row["row"] for table in rows for row in table).encode()


async def histories_of(stack: FaultStack, project_ids: Iterable[str]) -> bytes:
    """Return the histories of all workflows, as soon as Temporal lists those of the projects."""
    client, expected = stack.temporal_client, {f"project-{each}" for each in project_ids}

    async def listed() -> list[WorkflowExecution] | None:
        found = [each async for each in client.list_workflows()]
        return found if expected <= {each.id for each in found} else None

    workflows = await eventually(listed)
    histories = [await client.get_workflow_handle(each.id, run_id=each.run_id).fetch_history() for each in workflows]
    return b"\n".join(event.SerializeToString() for history in histories for event in history.events)


@pytest.mark.timeout(300)
async def test_keys_are_found_nowhere(stack: FaultStack) -> None:
    frames: list[bytes] = []

    async def listen(address: str, project_id: str) -> None:
        async with connect(
            f"{address}/ws?project_id={project_id}&since=0",
            compression=None,
            proxy=None,
            additional_headers=AUTHORIZATION,
        ) as socket:
            async for frame in socket:
                frames.append(frame.encode() if isinstance(frame, str) else frame)

    async with running(*map(script, MODELS), key="") as provider:
        variables = {**environment(provider, *KEYS.values()), "BOTARMY_LOG_LEVEL": "DEBUG"}
        async with only_worker(stack, variables):
            api = await stack.add_api(**variables)
            told, listening, unseen = b"", list[asyncio.Task[None]](), dict[str, str]()
            async with stack.client(api) as http:
                for model in MODELS:
                    brief = f"# {model.partition(':')[0].capitalize()}\n\nIt is written.\n"
                    body = {"name": "Keys", "description": brief, "pipeline": PIPELINE, "model": model}
                    project_id = (await http.post(f"{V1}/projects/", json=body)).json()["id"]
                    address = api.component.address.replace("http", "ws", 1)
                    listening.append(asyncio.create_task(listen(address, project_id)))
                    for said in ("rejected the key", "rejected the request"):
                        request = await gate(http, project_id, said)
                        told += json.dumps(request).encode()
                        await decide(http, request, "approve")
                    ended = await wait_for_status(http, project_id, "completed", "failed", seconds=120)
                    assert ended["status"] == "completed", ended
                    told += await rest_of(http, project_id)
                    unseen[project_id] = model

                async def has_heard() -> bool:
                    ends = [frame for frame in frames if b'"completed"' in frame and b'"workflow_event"' in frame]
                    return len(ends) == len(unseen)

                await eventually(has_heard)
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)
            logs = "".join(path.read_text(errors="replace") for path in (stack.folder / "logs").iterdir()).encode()
            places = {
                "REST": told,
                "WebSocket": b"\n".join(frames),
                "logs": logs,
                "database": await database_of(stack),
                "histories": await histories_of(stack, unseen),
            }
            asked = [dict(call.headers) for call in provider.calls]
    for model, key in KEYS.items():
        assert any(key in str(headers) for headers in asked), model  # the worker had it
        for place, data in places.items():
            assert not any(form in data for form in forms(key)), f"{place}: the key of {model}"
    for place, data in places.items():
        assert _shows(data, MARK), f"{place} does not show what is stored beside the keys"
    assert _shows(places["database"], "[key]")
    assert _shows(places["database"], "PYTHONHASHSEED")  # the sandbox's environment is in the prompt
    assert not _shows(places["database"], "OPENAI_API_KEY=")
    assert _versions(places["REST"]) == {f"{MARK}-[key]"}


def _shows(data: bytes, text: str) -> bool:
    return text.encode() in data or text.encode().hex().encode() in data


def _versions(told: bytes) -> set[Any]:
    """Return the models that the API says have answered."""
    names = told.split(b'"model":"')[1:]
    return {name.partition(b'"')[0].decode() for name in names} - {*MODELS}
