"""Artifacts over HTTP: list, show, compare, add and export them."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import zipfile
from hashlib import sha256

import httpx2
import pytest
import pytest_asyncio

from artifacts.media_types import FILES
from tests.api_client import (
    BRIEF,
    UNKNOWN_ID,
    V1,
    Json,
    assert_problem,
    get,
    respond,
    start,
    wait_for_request,
    wait_for_status,
)

pytestmark = pytest.mark.usefixtures("worker")


@pytest_asyncio.fixture(scope="module")
async def delivered(http: httpx2.AsyncClient, worker: None) -> str:
    """A project that has been delivered."""
    project_id = await start(http, name='Guest b\u00f6\u00f6k: "the" one/two', pipeline="quick-start")
    await wait_for_status(http, project_id, "completed")
    return project_id


async def add(http: httpx2.AsyncClient, project_id: str, content: str, **fields: object) -> Json:
    given = {"type": "user_input", "content": content} | fields
    answer = await http.post(f"{V1}/projects/{project_id}/artifacts", json=given)
    assert answer.status_code == 201, answer.text
    added: Json = answer.json()
    assert answer.headers["location"] == f"{V1}/artifacts/{added['artifact_id']}"
    return added


async def test_artifacts_are_listed_without_their_content(http: httpx2.AsyncClient, delivered: str) -> None:
    listed = (await get(http, f"/projects/{delivered}/artifacts"))["items"]
    assert [one["type"] for one in listed] == ["user_input", "source_code", "deployment_package", "deployment_log"]
    assert all("content" not in one and one["accepted_at"] for one in listed)
    (code,) = (await get(http, f"/projects/{delivered}/artifacts", type="source_code"))["items"]
    assert code == listed[1]
    page = await get(http, f"/projects/{delivered}/artifacts", limit=3)
    rest = await get(http, f"/projects/{delivered}/artifacts", limit=3, cursor=page["next_cursor"])
    assert page["items"] + rest["items"] == listed
    assert rest["next_cursor"] is None


async def test_an_artifact_is_shown_with_its_content_and_provenance(http: httpx2.AsyncClient, delivered: str) -> None:
    (code,) = (await get(http, f"/projects/{delivered}/artifacts", type="source_code"))["items"]
    answer = await http.get(f"{V1}/artifacts/{code['artifact_id']}")
    shown = answer.json()
    assert shown["encoding"] == "utf-8"
    assert sha256(shown["content"].encode()).hexdigest() == shown["content_hash"] == code["content_hash"]
    assert (shown["author"], shown["task"]["stage"], shown["task"]["agent_type"]) == ("coder", "build", "coder")
    assert shown["previous_id"] is None
    assert answer.headers["etag"] == f'"{shown["content_hash"]}"'
    same = await http.get(f"{V1}/artifacts/{code['artifact_id']}", headers={"If-None-Match": answer.headers["etag"]})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", answer.headers["etag"])
    other = await http.get(f"{V1}/artifacts/{code['artifact_id']}", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


async def test_a_package_is_base64_and_cannot_be_compared(http: httpx2.AsyncClient, delivered: str) -> None:
    (package,) = (await get(http, f"/projects/{delivered}/artifacts", type="deployment_package"))["items"]
    shown = await get(http, f"/artifacts/{package['artifact_id']}")
    assert shown["encoding"] == "base64"
    assert zipfile.is_zipfile(io.BytesIO(base64.b64decode(shown["content"])))
    assert_problem(await http.get(f"{V1}/artifacts/{package['artifact_id']}/diff"), 409, "not text")


async def test_a_diff_is_against_the_previous_version_or_a_given_one(http: httpx2.AsyncClient, delivered: str) -> None:
    versions = [await add(http, delivered, text, name="notes") for text in ("a\nb\nc\n", "a\nB\nc\n", "a\nB\nC")]
    assert [one["version"] for one in versions] == [1, 2, 3]
    first, second, third = (one["artifact_id"] for one in versions)
    new = await get(http, f"/artifacts/{first}/diff")
    assert new["from"] is None
    assert new["diff"] == "--- /dev/null\n+++ notes v1\n@@ -0,0 +1,3 @@\n+a\n+b\n+c\n"
    step = await get(http, f"/artifacts/{second}/diff")
    assert (step["from"]["artifact_id"], step["to"]["artifact_id"]) == (first, second)
    assert step["diff"] == "--- notes v1\n+++ notes v2\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"
    whole = await get(http, f"/artifacts/{third}/diff", against=first)
    assert whole["diff"].endswith("-b\n-c\n+B\n+C\n\\ No newline at end of file\n")
    assert (await get(http, f"/artifacts/{third}/diff", against=third))["diff"] == ""
    assert (await get(http, f"/artifacts/{third}"))["previous_id"] == second


async def test_sets_of_files_are_compared_file_by_file(http: httpx2.AsyncClient, delivered: str) -> None:
    sets = [{"same.py": "1\n", "old.py": "x\n", "a/b.py": "1\n"}, {"same.py": "1\n", "new.py": "y\n", "a/b.py": "2\n"}]
    first, second = [
        await add(http, delivered, json.dumps({"files": files}), type="source_code", name="mine", media_type=FILES)
        for files in sets
    ]
    assert first["version"] == 1
    shown = await get(http, f"/artifacts/{second['artifact_id']}/diff")
    assert shown["diff"] == (
        "--- a/a/b.py\n+++ b/a/b.py\n@@ -1 +1 @@\n-1\n+2\n"
        "--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+y\n"
        "--- a/old.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    )


async def test_comparing_large_texts_does_not_delay_other_requests(http: httpx2.AsyncClient, delivered: str) -> None:
    """Lines that repeat and differ make the standard library's diff take minutes."""
    texts = ["".join(f"{(number * step) % 97}\n" for number in range(300_000)) for step in (31, 57)]
    added = [await add(http, delivered, text, name="large") for text in texts]
    comparing = asyncio.create_task(http.get(f"{V1}/artifacts/{added[1]['artifact_id']}/diff"))
    assert (await http.get("/health/")).status_code == 200
    assert (await comparing).status_code == 200


async def test_an_invalid_comparison_is_refused(http: httpx2.AsyncClient, delivered: str) -> None:
    note = (await add(http, delivered, "note\n"))["artifact_id"]
    foreign = (await get(http, f"/projects/{await start(http)}/artifacts"))["items"][0]["artifact_id"]
    assert_problem(await http.get(f"{V1}/artifacts/{note}/diff?against={UNKNOWN_ID}"), 404, UNKNOWN_ID)
    assert_problem(await http.get(f"{V1}/artifacts/{note}/diff?against={foreign}"), 422, "against")
    assert_problem(await http.get(f"{V1}/artifacts/{note}/diff?against=last"), 422, "against")
    for path in ("", "/diff"):
        assert_problem(await http.get(f"{V1}/artifacts/{UNKNOWN_ID}{path}"), 404, UNKNOWN_ID)
        assert_problem(await http.get(f"{V1}/artifacts/last{path}"), 422, "artifact_id")


async def test_concurrent_versions_get_consecutive_numbers(http: httpx2.AsyncClient, delivered: str) -> None:
    added = await asyncio.gather(*(add(http, delivered, f"{number}\n", name="crowd") for number in range(20)))
    assert sorted(one["version"] for one in added) == list(range(1, 21))
    events = await get(http, f"/projects/{delivered}/events", limit=200)
    assert [event["seq"] for event in events["items"]] == list(range(1, events["head"] + 1))


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"type": "poem"}, 422, "type"),
        ({"content": ""}, 422, "content"),
        ({"content": "a\x00b"}, 422, "content"),
        ({"content": "x" * 2**21}, 413, "2 MiB"),
        ({"content": "%%", "encoding": "base64"}, 422, "content"),
        ({"content": "/w==", "encoding": "base64"}, 422, "UTF-8"),
        ({"encoding": "rot13"}, 422, "encoding"),
        ({"name": "n" * 256}, 422, "name"),
        ({"name": " "}, 422, "name"),
        ({"media_type": "text"}, 422, "media_type"),
        ({"media_type": "text/html\r\nX: y"}, 422, "media_type"),
        ({"media_type": "application/zip"}, 422, "zip"),
        ({"media_type": FILES, "content": "{}"}, 422, "files"),
        ({"media_type": FILES, "content": '{"files": {"../../etc/passwd": "x"}}'}, 422, "rejected"),
        ({"media_type": FILES, "content": "[" * 100_000}, 422, "JSON"),
        ({"author": "me"}, 422, "author"),
    ],
)
async def test_invalid_context_is_refused(
    http: httpx2.AsyncClient, delivered: str, fields: dict[str, object], status: int, word: str
) -> None:
    given = {"type": "user_input", "content": "# Rules\n"} | fields
    assert_problem(await http.post(f"{V1}/projects/{delivered}/artifacts", json=given), status, word)


async def test_context_for_an_unknown_project_is_not_found(http: httpx2.AsyncClient) -> None:
    given = {"type": "user_input", "content": "# Rules\n"}
    assert_problem(await http.post(f"{V1}/projects/{UNKNOWN_ID}/artifacts", json=given), 404, UNKNOWN_ID)


async def test_an_export_contains_the_accepted_artifacts(http: httpx2.AsyncClient, delivered: str) -> None:
    answer = await http.get(f"{V1}/projects/{delivered}/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="guest-book-the-one-two.zip"'
    again = await http.get(f"{V1}/projects/{delivered}/export")
    assert again.content == answer.content
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert archive.read("brief.md").decode() == BRIEF
        manifest = json.loads(archive.read("manifest.json"))
        assert zipfile.is_zipfile(io.BytesIO(archive.read("deployment_package.zip")))
    assert "source_code/pyproject.toml" in names
    assert "deployment_log.md" in names
    assert len(names) == len(set(names))
    assert manifest["project"]["id"] == delivered
    paths = {one["type"]: one["path"] for one in manifest["artifacts"]}
    assert paths["source_code"] == "source_code/"
    assert {one["type"] for one in manifest["artifacts"]} == {
        "user_input",
        "source_code",
        "deployment_package",
        "deployment_log",
    }


async def test_an_export_contains_the_amended_version(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    answer = await http.get(f"{V1}/projects/{project_id}/export")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["brief.md", "manifest.json"]
    request = await wait_for_request(http, project_id)
    await respond(http, request["request_id"], "amend", content="# Mine\n")
    answer = await http.get(f"{V1}/projects/{project_id}/export")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.read("project_plan.md") == b"# Mine\n"
