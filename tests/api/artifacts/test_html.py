"""Artifacts as HTML, their files and their bytes, over HTTP."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import time
import zipfile
from typing import Any
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from uuid_utils.compat import uuid7

from artifacts.media_types import FILES, ZIP
from models.contracts.names import BuiltInArtifact
from store import artifacts
from store.transaction import Store
from tests.api_client import UNKNOWN_ID, V1, assert_problem, get, start

HTML = {"Accept": "text/html"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
POLICY = "default-src 'none'; style-src 'self'; sandbox allow-popups"


@pytest_asyncio.fixture(scope="module")
async def project(http: httpx2.AsyncClient) -> str:
    return await start(http)


class AddArtifact:
    """Adds artifacts to a project."""

    def __init__(self, http: httpx2.AsyncClient, project_id: str) -> None:
        self._http = http
        self._project_id = project_id

    async def __call__(self, content: str | bytes, **fields: Any) -> str:
        """Return the path of the new version."""
        request = {"type": "user_input", "content": content, **fields}
        if isinstance(content, bytes):
            request |= {"content": base64.b64encode(content).decode(), "encoding": "base64"}
        answer = await self._http.post(f"{V1}/projects/{self._project_id}/artifacts", json=request)
        assert answer.status_code == 201, answer.text
        return f"{V1}/artifacts/{answer.json()['artifact_id']}"


@pytest.fixture
def add(http: httpx2.AsyncClient, project: str) -> AddArtifact:
    return AddArtifact(http, project)


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, body in files.items():
            archive.writestr(path, body)
    return buffer.getvalue()


SET = json.dumps({"files": {"b/main.py": "x = 1\n", "a.md": "# A\n"}})


async def test_a_client_that_prefers_html_gets_a_fragment(http: httpx2.AsyncClient, add: AddArtifact) -> None:
    path = await add("# Plan <script>\n")
    for headers in (HTML, BROWSER):
        answer = await http.get(path, headers=headers)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.text == ('<article class="rendered rendered-markdown"><h1>Plan &lt;script&gt;</h1>\n</article>\n')
        assert "Accept" in answer.headers["vary"]
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
    for accept in ("*/*", "application/json", "text/html;q=0.5, application/json", "text/html, application/json"):
        answer = await http.get(path, headers={"Accept": accept})
        assert answer.json()["content"] == "# Plan <script>\n"
        assert "Accept" in answer.headers["vary"]
    several = await http.get(path, headers=[("Accept", "application/json;q=0.5"), ("Accept", "text/html")])
    assert several.headers["content-type"].startswith("text/html")


async def test_html_and_json_have_different_etags(http: httpx2.AsyncClient, add: AddArtifact) -> None:
    path = await add(SET, media_type=FILES, type="source_code")
    requests: list[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {}),
        (HTML, {}),
        (HTML, {"file": "a.md"}),
        (HTML, {"file": "b/main.py"}),
    ]
    tags = [(await http.get(path, headers=headers, params=query)).headers["etag"] for headers, query in requests]
    assert len(set(tags)) == 4
    for (headers, query), tag in zip(requests, tags, strict=True):
        for known in (tag, f'"x", {tag}', "*"):
            same = await http.get(path, params=query, headers=headers | {"If-None-Match": known})
            assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
            assert "Accept" in same.headers["vary"]
        for other in set(tags) - {tag}:
            answer = await http.get(path, params=query, headers=headers | {"If-None-Match": other})
            assert answer.status_code == 200


async def test_one_file_of_a_set_is_shown(http: httpx2.AsyncClient, add: AddArtifact) -> None:
    sets = [
        await add(SET, media_type=FILES, type="source_code"),
        await add(zipped({"b/": b"", "b/main.py": b"x = 1\n", "a.md": b"# A\n"}), media_type=ZIP),
    ]
    for path in sets:
        whole = await http.get(path, headers=HTML)
        assert "<code>a.md</code>" in whole.text
        answer = await http.get(path, headers=HTML, params={"file": "b/main.py"})
        assert answer.text == (
            '<article class="rendered rendered-code"><pre><code class="language-python">x <span class="o">=</span> '
            '<span class="mi">1</span>\n</code></pre></article>\n'
        )
        assert "<h1>A</h1>" in (await http.get(path, headers=HTML, params={"file": "a.md"})).text
        for unknown in ("main.py", "b", "b/", "../a.md", "\x00", "x" * 5000):
            for known in ({}, {"If-None-Match": "*"}):
                assert_problem(await http.get(path, headers=HTML | known, params={"file": unknown}), 404, "no file")
                assert_problem(
                    await http.get(f"{path}/content", headers=known, params={"file": unknown}), 404, "no file"
                )


async def test_a_file_of_an_artifact_without_files_is_refused(http: httpx2.AsyncClient, add: AddArtifact) -> None:
    path = await add("# Plan\n")
    files = await add(SET, media_type=FILES, type="source_code")
    for where, headers in ((path, HTML), (f"{path}/content", {}), (files, {}), (path, {})):
        problem = assert_problem(await http.get(where, headers=headers, params={"file": "a"}), 422, "file")
        assert [(error["in"], error["field"]) for error in problem["errors"]] == [("query", "file")]
    for where in (files, f"{files}/content"):
        problem = assert_problem(await http.get(where, headers=HTML, params={"file": ""}), 422, "file")
        assert problem["errors"][0]["in"] == "query"


async def test_the_files_of_a_set_are_listed(http: httpx2.AsyncClient, add: AddArtifact) -> None:
    path = await add(SET, media_type=FILES, type="source_code")
    listed = {"items": [{"path": "a.md", "size": 4}, {"path": "b/main.py", "size": 6}], "next_cursor": None}
    assert (await http.get(f"{path}/files")).json() == listed
    archive = await add(zipped({"b/": b"", "b/main.py": b"x = 1\n", "a.md": b"# A\n"}), media_type=ZIP)
    assert (await http.get(f"{archive}/files")).json() == listed
    assert_problem(await http.get(f"{await add('# Plan')}/files"), 409, "text/markdown", "no files")


async def test_an_agents_zip_that_cannot_be_read_is_still_shown_and_downloaded(
    http: httpx2.AsyncClient, store: Store, project: str
) -> None:
    broken = zipped({"a": b"x"}).replace(b"PK\x01\x02", b"PK\x01\xff")
    version = artifacts.NewVersion(BuiltInArtifact.DEPLOYMENT_PACKAGE, broken, ZIP, "deployer", uuid7(), "package")
    async with store.transaction(UUID(project)) as tx:
        (written,) = await artifacts.add(tx, [version])
    path = f"{V1}/artifacts/{written.artifact_id}"
    assert_problem(await http.get(f"{path}/files"), 409, "cannot be read")
    for where in (path, f"{path}/content"):
        assert_problem(await http.get(where, params={"file": "a"}, headers=HTML), 409, "cannot be read")
    assert "cannot be read" in (await http.get(path, headers=HTML)).text
    assert (await http.get(f"{path}/content")).content == broken


async def test_content_is_downloaded_unchanged(http: httpx2.AsyncClient, add: AddArtifact) -> None:
    for content, fields, name in (
        ("# Pl\u00e4n\r\n", {"name": 'Pl\u00e4n "1"'}, "plan-1-v1.md"),
        ("<script>alert(1)</script>", {"name": "x", "media_type": "text/html"}, "x-v1.txt"),
        ("alert(1)", {"name": "y", "media_type": "text/javascript"}, "y-v1.txt"),
        (b"\x89PNG\xff", {"name": "z", "media_type": "image/png"}, "z-v1.bin"),
    ):
        path = await add(content, **fields)
        answer = await http.get(f"{path}/content")
        assert answer.content == (content.encode() if isinstance(content, str) else content)
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="{name}"; filename*=UTF-8')
        assert answer.headers["content-type"] in ("text/markdown; charset=utf-8", "application/octet-stream")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        for known in (answer.headers["etag"], "*"):
            same = await http.get(f"{path}/content", headers={"If-None-Match": known})
            assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", answer.headers["etag"])


async def test_one_file_is_downloaded_under_its_name(http: httpx2.AsyncClient, add: AddArtifact) -> None:
    path = await add(zipped({"b/Main.py": b"x = 1\n", "a.bin": b"\xff"}), media_type=ZIP)
    answer = await http.get(f"{path}/content", params={"file": "b/Main.py"})
    assert answer.content == b"x = 1\n"
    assert answer.headers["content-disposition"] == "attachment; filename=\"main.py\"; filename*=UTF-8''Main.py"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["etag"] != (await http.get(f"{path}/content")).headers["etag"]
    same = await http.get(
        f"{path}/content", params={"file": "b/Main.py"}, headers={"If-None-Match": answer.headers["etag"]}
    )
    assert same.status_code == 304
    assert (await http.get(f"{path}/content", params={"file": "a.bin"})).content == b"\xff"


async def test_a_file_of_a_zip_bomb_is_not_unpacked(http: httpx2.AsyncClient, add: AddArtifact) -> None:
    bomb = zipped({"bomb.txt": b"0" * 64 * 2**20, "ok": b"x"})
    path = await add(bomb, media_type=ZIP)
    assert_problem(await http.get(f"{path}/content", params={"file": "bomb.txt"}), 409, "larger")
    assert (await http.get(f"{path}/content", params={"file": "ok"})).content == b"x"
    shown = await http.get(path, headers=HTML, params={"file": "bomb.txt"})
    assert "Only the first 2 MiB are shown" in shown.text
    assert (await http.get(f"{path}/files")).json()["items"][0] == {"path": "bomb.txt", "size": 64 * 2**20}


async def test_hostile_content_does_not_block_other_requests(http: httpx2.AsyncClient, add: AddArtifact) -> None:
    async def serves_other_requests(content: str) -> bool:
        path = await add(content)
        started = time.monotonic()
        rendering = asyncio.create_task(http.get(path, headers=HTML))
        waits = []
        while not rendering.done():
            before = time.monotonic()
            assert (await http.get("/health/")).status_code == 200
            waits.append(time.monotonic() - before)
        assert "<script" not in (await rendering).text
        return max(waits) < max(1.0, (time.monotonic() - started) / 2)

    # The machine itself may stall once in a while; content that blocks the API would do so each time.
    contents = [f"{number}" + "![" * 60_000 + "<script>alert(1)</script>" for number in range(3)]
    assert any([await serves_other_requests(content) for content in contents])


@pytest.mark.parametrize("path", ["", "/files", "/content"])
async def test_an_unknown_artifact_is_not_found(http: httpx2.AsyncClient, path: str) -> None:
    for headers in ({}, HTML):
        for query in ({}, {"file": "x"}):
            assert_problem(
                await http.get(f"{V1}/artifacts/{UNKNOWN_ID}{path}", headers=headers, params=query), 404, UNKNOWN_ID
            )
            assert_problem(
                await http.get(f"{V1}/artifacts/last{path}", headers=headers, params=query), 422, "artifact_id"
            )


async def test_the_brief_is_shown(http: httpx2.AsyncClient, project: str) -> None:
    (brief, *_) = (await get(http, f"/projects/{project}/artifacts"))["items"]
    shown = await http.get(f"{V1}/artifacts/{brief['artifact_id']}", headers=HTML)
    assert "<h1>Guest book</h1>" in shown.text
