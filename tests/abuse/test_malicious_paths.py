"""File sets and zips with escaping, clashing or reserved names, at every entry and exit of the system."""

from __future__ import annotations

import asyncio
import base64
import io
import os
import sys
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from artifacts.media_types import FILES
from benchmarks.timing import few_at_once
from models.contracts.names import BuiltInArtifact
from store import artifacts
from store.transaction import Store
from tests.abuse.malicious_archives import BAD_PATHS, bad_zips, file_set, zipped
from tests.abuse.target import Target
from tests.api_client import V1, Json, decide, get, response_to, start, wait_for_request
from tests.checkout import CHECKOUT
from tests.proving import Proof
from tests.signing_in import ADMIN_TOKEN

ZIP = "application/zip"
UNKNOWN_PROJECT = "01890a5d-0000-7000-8000-000000000000"
DELIVERY_FAILED = 1
AT_ONCE = 4


def contents() -> Iterator[tuple[str, Json]]:
    """Yield contents that must be refused, by what is wrong with each."""
    for name, paths in BAD_PATHS.items():
        yield f"set: {name}", {"media_type": FILES, "content": file_set(paths)}
    for name, archive in bad_zips().items():
        yield (
            f"zip: {name}",
            {"media_type": ZIP, "content": base64.b64encode(archive).decode(), "encoding": "base64"},
        )


@pytest.mark.item(21)
async def test_a_malicious_upload_is_refused(target: Target, proof: Proof) -> None:
    async with target.client() as http:
        project = await start(http, pipeline="hostile")
        request = await wait_for_request(http, project, "build")
        before = await get(http, f"/projects/{project}/artifacts")
        accepted = []
        for name, content in contents():
            answer = await http.post(f"{V1}/projects/{project}/artifacts", json={"type": "source_code", **content})
            if answer.status_code != 422:
                accepted.append(f"{name}: {answer.status_code}")
        after = await get(http, f"/projects/{project}/artifacts")
        await decide(http, request, "reject", comment="Enough.")
    count = len(list(contents()))
    proof.row(
        "upload file sets and zips whose names escape, are absolute, links, clash or are reserved",
        count,
        "422 each, and nothing stored",
        f"{count - len(accepted)} x 422, {len(after['items']) - len(before['items'])} stored",
    )
    assert accepted == []
    assert after == before


@pytest.mark.item(21)
async def test_a_malicious_amendment_is_refused(target: Target, proof: Proof) -> None:
    """File sets replace the source code, zips the package."""
    async with target.client() as http:
        project, other = [await start(http, pipeline="hostile") for _ in range(2)]
        requests = {FILES: await wait_for_request(http, project, "build")}
        await decide(http, await wait_for_request(http, other, "build"), "approve")
        requests[ZIP] = await wait_for_request(http, other, "package")
        accepted = []
        for name, content in contents():
            request = requests[content.pop("media_type")]["request_id"]
            body = await response_to(http, request, "amend", **content)
            answer = await http.post(f"{V1}/hitl/{request}/respond", json=body)
            if answer.status_code != 422:
                accepted.append(f"{name}: {answer.status_code}")
        statuses = [(await get(http, f"/hitl/{each['request_id']}"))["status"] for each in requests.values()]
        for request in requests.values():
            await decide(http, request, "reject", comment="Enough.")
    count = len(list(contents()))
    proof.row(
        "the same as amendments of source code and of a package",
        count,
        "422 each, and the gates stay open",
        f"{count - len(accepted)} x 422, the gates are {' and '.join(statuses)}",
    )
    assert accepted == []
    assert statuses == ["pending", "pending"]


@pytest.mark.item(21)
async def test_malicious_names_in_the_database_are_not_exported_as_files(
    target: Target, target_store: Store, proof: Proof, tmp_path: Path
) -> None:
    """As if an older version had accepted them: written to the database, then exported and delivered."""
    async with target.client() as http:
        project = UUID(await start(http, pipeline="hostile"))
        request = await wait_for_request(http, str(project), "build")
        async with target_store.transaction(project) as tx:
            await artifacts.add(
                tx,
                [
                    artifacts.NewVersion(
                        type=BuiltInArtifact.SOURCE_CODE,
                        body=file_set(paths).encode(errors="replace"),
                        media_type=FILES,
                        author="agent",
                        origin_id=uuid4(),
                        name=f"{number} {name} ../../../evil",
                        accepted=True,
                    )
                    for number, (name, paths) in enumerate(BAD_PATHS.items())
                ],
            )
        export = (await http.get(f"{V1}/projects/{project}/export")).content
        await decide(http, request, "reject", comment="Enough.")
    with zipfile.ZipFile(io.BytesIO(export)) as archive:
        names = archive.namelist()
    delivered = await botarmy(target.url, "export", project, "--out", tmp_path / "in" / "out", cwd=tmp_path)
    outside = [path for path in tmp_path.rglob("*") if path.is_file() and tmp_path / "in" / "out" not in path.parents]
    proof.row(
        "export and deliver file sets with such names that are already in the database",
        len(BAD_PATHS),
        "each stays one file, named after its artifact; nothing outside the folder",
        f"{len([name for name in names if name.startswith('source_code-')])} files, {len(outside)} outside",
    )
    assert delivered[0] == 0, delivered
    assert len([name for name in names if name.startswith("source_code-") and name.endswith(".json")]) == len(BAD_PATHS)
    assert not [name for name in names if "evil" in name.split("/")[-1].split("-") or ".." in name or name[0] == "/"]
    assert outside == []


async def botarmy(url: str, *arguments: object, cwd: Path) -> tuple[int, str]:
    """Run the command. Return its exit code and output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli.main", *map(str, arguments)),
        cwd=cwd,
        env=os.environ | {"BOTARMY_API_URL": url, "BOTARMY_TOKEN": ADMIN_TOKEN, "PYTHONPATH": str(CHECKOUT)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, output.decode()


@contextmanager
def evil_api(project: bytes, export: Callable[[], bytes]) -> Iterator[str]:
    """Serve a fake API whose exports are arbitrary. Yields its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = export() if self.path.endswith("/export") else project
            self.send_response(200)
            self.send_header("Content-Type", "application/zip" if found is not project else "application/json")
            self.send_header("Content-Length", str(len(found)))
            self.end_headers()
            self.wfile.write(found)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@pytest_asyncio.fixture(scope="module")
async def project_json(target: Target) -> bytes:
    """The API's JSON of a project."""
    async with target.client() as http:
        project = await start(http, pipeline="hostile")
        request = await wait_for_request(http, project, "build")
        answer = await http.get(f"{V1}/projects/{project}")
        await decide(http, request, "reject", comment="Enough.")
    return answer.content


def below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.item(21)
async def test_a_malicious_delivery_is_refused(project_json: bytes, proof: Proof, tmp_path: Path) -> None:
    """The command refuses it, whatever API it talks to."""
    zips = bad_zips()
    few = dict(proof.random.sample(sorted(zips.items()), proof.times(len(zips), 4)))
    few |= {name: zips[name] for name in ("up", "absolute", "a link, and a file through it")}

    async def fetch(number: int, archive: bytes) -> str:
        cwd = tmp_path / str(number)
        cwd.mkdir()
        with evil_api(project_json, lambda: archive) as url:
            code, output = await botarmy(url, "export", UNKNOWN_PROJECT, "--out", cwd / "in" / "out", cwd=cwd)
        assert "Traceback" not in output
        files = [path for path in below(cwd) if (cwd / path).is_file() or (cwd / path).is_symlink()]
        return "refused" if (code, files) == (DELIVERY_FAILED, []) else f"code {code}, {files}"

    fetched = await few_at_once(lambda each: fetch(*each), list(enumerate(few.values())), AT_ONCE)
    seen = Counter(fetched)
    proof.row(
        "`botarmy export --out` from an API that serves such zips",
        len(few),
        "refused, and nothing written",
        ", ".join(f"{what} x {count}" for what, count in seen.items()),
    )
    assert seen == {"refused": len(few)}


def _link(out: Path, victim: Path) -> None:
    out.symlink_to(victim, target_is_directory=True)


def _dangling(out: Path, victim: Path) -> None:
    out.symlink_to(victim / "missing")


def _link_inside(out: Path, victim: Path) -> None:
    out.mkdir()
    (out / "src").symlink_to(victim, target_is_directory=True)


def _file(out: Path, victim: Path) -> None:
    out.symlink_to(victim / "file")


@pytest.mark.item(21)
async def test_a_delivery_does_not_follow_links(project_json: bytes, proof: Proof, tmp_path: Path) -> None:
    """Links that exist before, and links that appear while the export is downloaded."""
    archive = zipped(("src/evil", b"evil"), ("file", b"evil"))

    async def fetch(late: bool, plant: Callable[[Path, Path], None]) -> str:
        cwd = tmp_path / f"{late}{plant.__name__}"
        victim, out = cwd / "victim", cwd / "out"
        victim.mkdir(parents=True)
        (victim / "file").write_text("mine")

        def export() -> bytes:
            if late:
                plant(out, victim)
            return archive

        if not late:
            plant(out, victim)
        with evil_api(project_json, export) as url:
            code, output = await botarmy(url, "export", UNKNOWN_PROJECT, "--out", out, cwd=cwd)
        assert "Traceback" not in output
        assert below(victim) == {"file"}
        assert (victim / "file").read_text() == "mine"
        assert not [path for path in below(cwd) if path.endswith("evil")]
        return "refused" if code else "delivered"

    kinds = (_link, _dangling, _link_inside, _file)
    attempts = [(late, plant) for late in (False, True) for plant in kinds]
    seen = Counter(await few_at_once(lambda each: fetch(*each), attempts, AT_ONCE))
    proof.row(
        "`botarmy export --out` to a link, a broken link, a folder with a link, present before or planted meanwhile",
        2 * len(kinds),
        "refused; the links' targets are unchanged",
        ", ".join(f"{what} x {count}" for what, count in seen.items()),
    )
    assert seen == {"refused": 2 * len(kinds)}
