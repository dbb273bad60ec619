"""Fuzzes every call of the OpenAPI document with valid and invalid input."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.abuse.target import Target
from tests.api_client import V1, decide, get, start, wait_for_request, wait_for_status
from tests.proving import Proof
from tests.signing_in import AUTHORIZATION, add_person, browser_of

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    # Invalid input is refused, and 405 names the allowed methods.
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
)
EXISTING_IDS = 0.7
"""The share of ids in paths that exist."""


@pytest.mark.item(18)
async def test_every_response_conforms_to_the_document(target: Target, proof: Proof, tmp_path: Path) -> None:
    api = target.api
    log_before = len(target.log(api))
    async with target.client(api) as http:
        document = (await http.get("/openapi.json")).json()
        config = _config(await _ids(http, document))
    (tmp_path / "schemathesis.toml").write_text(config)
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml"),
        *("run", f"{target.url}/openapi.json", "--checks", ",".join(CHECKS), "--continue-on-failure"),
        # The short form always uses the same seed; the full form looks for new cases.
        *("--seed", str(proof.random.randrange(2**32) if proof.is_full else 1)),
        *("--max-examples", str(proof.times(40, 3))),
        *("--no-shrink", "--generation-database", "none", "--no-color"),
        *("--header", f"Authorization: {AUTHORIZATION['Authorization']}"),
        *("--report", "json", "--report-json-path", "report.json"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(program.communicate(), proof.times(300, 110))
    finally:
        await _release_all(target)  # one may stop everything, and other tests use the target
    report = json.loads((tmp_path / "report.json").read_text())
    statuses = Counter(_statuses(target.log(api)[log_before:]))
    operations, cases = report["operations"], report["test_cases"]
    proof.row(
        f"call all {operations['tested']} operations of the OpenAPI document with valid and invalid input, alone and "
        "in sequences",
        cases["generated"],
        "no 5xx, no response that violates the document",
        ", ".join(f"{status} x {count}" for status, count in sorted(statuses.items())),
    )
    (tmp_path / "output").write_bytes(output)
    assert [f"{each['title']}: {', '.join(each['operations'])}" for each in report["failures"]] == []
    assert program.returncode == 0
    assert operations["tested"] == operations["total"] == sum(map(len, document["paths"].values()))
    assert {phase["status"] for phase in report["phases"].values()} == {"success"}
    assert not [status for status in statuses if status >= 500]
    assert "request_failed" not in target.log(api)
    assert target.deaths == []


async def _ids(http: httpx2.AsyncClient, document: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return existing ids by their names in the document, of projects at a gate, amended, rejected and delivered.

    One that was delivered may be removed; the others that have ended are kept.
    """
    removable, delivered, waiting, amended, rejected = [
        await start(http, oversight=oversight) for oversight in ("low", "low", "high", "high", "high")
    ]
    await decide(
        http, await wait_for_request(http, amended, "discovery"), "amend", content="# Another plan\n\n- Sign.\n"
    )
    await decide(http, await wait_for_request(http, rejected, "discovery"), "reject", comment="Not this one.")
    for path in ("artifacts", "tasks"):
        context = {"type": "user_input", "content": "# Rules\n", "give": True}
        task = {"agent_type": "analyst", "instructions": "Look."}
        answer = await http.post(f"{V1}/projects/{waiting}/{path}", json=context if path == "artifacts" else task)
        assert answer.status_code == 201, answer.text
    stop = {"scope": "role", "role": "deployer", "project_id": waiting, "reason": "Not yet."}
    answer = await http.post(f"{V1}/stops/", json=stop)
    assert answer.status_code == 201, answer.text
    for project in (removable, delivered):
        await wait_for_status(http, project, "completed")
    for project in (delivered, rejected):
        assert (await http.patch(f"{V1}/projects/{project}", json={"kept": True})).status_code == 200
    await wait_for_request(http, waiting, "discovery")
    found: dict[str, set[str]] = defaultdict(set, stop_id={answer.json()["stop_id"]})
    token = await http.post(f"{V1}/auth/tokens", json={"name": "fuzzed"})
    assert token.status_code == 201, token.text
    await add_person(str(http.base_url), "Ada")
    async with browser_of(str(http.base_url)):
        for path in ("/auth/tokens", "/auth/sessions", "/auth/people", f"/projects/{waiting}/context"):
            for name, value in _named(await get(http, path)):
                found[name].add(value)
    for project in (removable, delivered, waiting, amended, rejected):
        found["project_id"].add(project)
        for path in ("artifacts", "status", "events"):
            for name, value in _named(await get(http, f"/projects/{project}/{path}")):
                found[name].add(value)
    wanted = {
        parameter["name"]
        for methods in document["paths"].values()
        for call in methods.values()
        for parameter in call.get("parameters", ())
        if parameter["in"] == "path"
    }
    assert {name for name in wanted if name.endswith("_id")} <= found.keys()
    return {name: ids for name, ids in found.items() if name in wanted}


async def _release_all(target: Target) -> None:
    async with target.client() as http:
        while stops := (await get(http, "/stops/", held=True))["items"]:
            for stop in stops:
                released = await http.post(
                    f"{V1}/stops/{stop['stop_id']}/release", json={"reason": "The test is over."}
                )
                assert released.status_code == 200, released.text


def _named(value: Any) -> Iterator[tuple[str, str]]:
    """Yield every id in a response, with its name."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name.endswith("_id") and isinstance(member, str):
                yield name, member
            yield from _named(member)
    elif isinstance(value, list):
        for each in value:
            yield from _named(each)


def _config(ids: Mapping[str, set[str]]) -> str:
    tables = [f"[dictionaries.{name}]\nvalues = {json.dumps(sorted(found))}" for name, found in ids.items()]
    uses = [f'"path.{name}" = {{ dictionary = "{name}", probability = {EXISTING_IDS} }}' for name in ids]
    return "\n\n".join([*tables, "\n".join(["[parameters]", *uses])])


def _statuses(log: str) -> Iterator[int]:
    """Yield the status of each call in an API's log."""
    for line in log.splitlines():
        entry = json.loads(line)
        if entry["event"] == "request":
            yield entry["status"]
