"""A project that begins from code: what is accepted, what is refused, and which stages get it."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from activities.assignment import build_assignment
from artifacts import zips
from artifacts.file_sets import unpack
from artifacts.media_types import FILES, ZIP
from models.contracts.handoff import Handoff, StepInput
from models.contracts.pipeline import NO_GATE
from models.contracts.roles import BUILT_IN_ROLES
from store import project_start, projects
from store.transaction import Store
from tests.api_client import V1, Json, assert_problem, get, start, wait_for_request, wait_for_status

GIVEN = {
    "guests/__init__.py": "",
    "guests/book.py": "def sign(name):\n    return f'{name} was here'\n",
    "tests/test_book.py": (
        "import unittest\nfrom guests.book import sign\n\n\nclass BookTest(unittest.TestCase):\n"
        "    def test_a_guest_signs(self):\n        self.assertEqual(sign('Ada'), 'Ada was here')\n"
    ),
    "README.md": "# Guests\n",
}

pytestmark = pytest.mark.usefixtures("worker")


def as_files(files: dict[str, str] = GIVEN) -> Json:
    return {"content": json.dumps({"files": files})}


def as_zip(files: dict[str, str] = GIVEN) -> Json:
    packed = base64.b64encode(zips.pack(files)).decode()
    return {"content": packed, "encoding": "base64", "media_type": ZIP}


async def source_code(http: httpx2.AsyncClient, project_id: str) -> list[Json]:
    return list((await get(http, f"/projects/{project_id}/artifacts", type="source_code"))["items"])


@pytest.mark.parametrize("given", [as_files(), as_zip({**GIVEN, "node_modules/a.js": "ignored"})], ids=["files", "zip"])
async def test_a_source_becomes_the_first_version_of_the_code_which_a_person_wrote(
    http: httpx2.AsyncClient, given: Json
) -> None:
    project_id = await start(http, source=given)
    (first,) = await source_code(http, project_id)
    assert (first["name"], first["version"], first["author"], first["media_type"]) == ("source_code", 1, "human", FILES)
    assert first["task_id"] is None
    assert first["accepted_at"]
    content = (await get(http, f"/artifacts/{first['artifact_id']}"))["content"]
    assert unpack(content.encode()) == GIVEN
    project = await get(http, f"/projects/{project_id}")
    assert project["description"].startswith("# Guest book")  # the brief is still found


async def test_stages_get_it_until_one_produces_code(http: httpx2.AsyncClient) -> None:
    project_id = await start(http, source=as_zip(), oversight="low")
    await wait_for_status(http, project_id, "completed")
    first, second = await source_code(http, project_id)
    assert (second["version"], second["author"]) == (2, "coder")
    tasks = (await get(http, f"/projects/{project_id}/status"))["tasks"]
    given = {}
    for task in tasks:
        context = (await get(http, f"/tasks/{task['task_id']}"))["context"]
        given[task["stage"]] = [one["artifact_id"] for one in context if one["type"] == "source_code"]
    before, after = [first["artifact_id"]], [second["artifact_id"]]
    expected = {"discovery": before, "plan": before, "design": before, "build": before, "validate": after}
    assert {stage: given[stage] for stage in expected} == expected
    files = unpack((await get(http, f"/artifacts/{second['artifact_id']}"))["content"].encode())
    assert files.items() >= GIVEN.items()
    (results,) = (await get(http, f"/projects/{project_id}/artifacts", type="test_results"))["items"]
    report = (await get(http, f"/artifacts/{results['artifact_id']}"))["content"]
    assert "**Passed**: 5 of 5 tests ran" in report  # the given test, and two for each requirement
    (plan,) = (await get(http, f"/projects/{project_id}/artifacts", type="project_plan"))["items"]
    assert "begins from 4 files" in (await get(http, f"/artifacts/{plan['artifact_id']}"))["content"]


@pytest.mark.parametrize("source", [None, as_files()], ids=["of the crew", "of a person"])
async def test_what_the_crew_made_of_a_persons_code_is_a_persons_code(
    http: httpx2.AsyncClient, store: Store, source: Json | None
) -> None:
    """The rehearsal runs code that only this program wrote without confinement, where the system has none."""
    project_id = UUID(await start(http, source=source, pipeline="quick-start"))
    await wait_for_status(http, str(project_id), "completed")
    written = (await source_code(http, str(project_id)))[-1]
    assert written["author"] == "coder"
    handoff = Handoff(to_agent="deployer", phase="launch", context_ids=(UUID(written["artifact_id"]),))
    step = StepInput(
        project_id=project_id,
        project_name="Guest book",
        task_id=uuid7(),
        request_id=uuid7(),
        handoff=handoff,
        round=1,
        gate=NO_GATE,
        timeout=timedelta(minutes=1),
        attempts=1,
    )
    (code,) = (await build_assignment(store, step, BUILT_IN_ROLES["deployer"])).inputs
    assert code.by_agent is (source is None)


async def test_a_workflow_that_is_restarted_gets_it_again(http: httpx2.AsyncClient, store: Store) -> None:
    project_id = await start(http, source=as_files())
    await wait_for_request(http, project_id)
    (first,) = await source_code(http, project_id)
    async with store.reading() as connection:
        project = await projects.get(connection, UUID(project_id))
        assert project is not None
        again = await project_start.input_of(connection, project)
    assert again.brief.type == "user_input"
    assert again.source is not None
    assert str(again.source.artifact_id) == first["artifact_id"]
    without = await start(http)
    async with store.reading() as connection:
        project = await projects.get(connection, UUID(without))
        assert project is not None
        assert (await project_start.input_of(connection, project)).source is None


async def test_the_same_key_with_another_source_is_another_request(http: httpx2.AsyncClient) -> None:
    body = {"name": "Once", "description": "# Once\n\n- It works.\n", "source": as_files()}
    headers = {"Idempotency-Key": "one source"}
    first = await http.post(f"{V1}/projects/", json=body, headers=headers)
    again = await http.post(f"{V1}/projects/", json=body, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(await source_code(http, first.json()["id"])) == 1
    other = body | {"source": as_files({"a.py": ""})}
    assert_problem(await http.post(f"{V1}/projects/", json=other, headers=headers), 422, "Idempotency-Key")


@pytest.mark.parametrize(
    ("source", "status", "word"),
    [
        ({"content": ""}, 422, "source.content"),
        ({"content": "{}"}, 422, "source.content: The file set was rejected"),
        (as_files({}), 422, "empty"),
        (as_files({"../a.py": "x"}), 422, "segment"),
        (as_files({".git/config": "x"}), 422, "Git"),
        (as_files({"a.py": "x", "A.py": "y"}), 422, "same file"),
        ({**as_zip(), "content": "%%"}, 422, "source.content: is not valid Base64"),
        ({**as_zip(), "content": "UEs="}, 422, "cannot be read"),
        ({**as_files(), "media_type": "text/markdown"}, 422, "media_type"),
        ({**as_files(), "path": "/etc"}, 422, "path"),
        (as_files({"a.txt": "a" * 2**21}), 413, "2 MiB"),
    ],
    ids=range(11),
)
async def test_any_other_source_is_refused_and_starts_nothing(
    http: httpx2.AsyncClient, source: Json, status: int, word: str
) -> None:
    body = {"name": "Refused source", "description": "# Nothing\n\n- It works.\n", "source": source}
    assert_problem(await http.post(f"{V1}/projects/", json=body), status, word)
    assert (await get(http, "/projects/", search="Refused source"))["items"] == []


async def test_what_is_not_text_is_refused_by_its_name(http: httpx2.AsyncClient) -> None:
    packed = zips.pack({"logo.png": "\0"})
    source = {**as_zip(), "content": base64.b64encode(packed).decode()}
    body = {"name": "Logo", "description": "# Logo\n\n- It shows.\n", "source": source}
    assert_problem(await http.post(f"{V1}/projects/", json=body), 422, "no files of text")
    packed = zips.pack({"logo.png": "\0", "a.py": ""})
    body["source"] = {**as_zip(), "content": base64.b64encode(packed).decode()}
    assert_problem(await http.post(f"{V1}/projects/", json=body), 422, "'logo.png' is a link, or not text")
