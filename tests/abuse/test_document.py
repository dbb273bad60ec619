"""Every call of the OpenAPI document, with whatever it allows and what it does not."""

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

from tests.abuse.place import Place
from tests.abuse.projects import V1, asked, get, respond, start, until
from tests.proving import Proof

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    # What is wrong is refused, and a method that is not there says which are.
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
)
KNOWN = 0.7
"""How many of the ids in paths name something that is there."""


@pytest.mark.item(18)
async def test_no_call_is_answered_outside_the_document(place: Place, proof: Proof, tmp_path: Path) -> None:
    api = place.api
    said_before = len(place.log(api))
    async with place.client(api) as http:
        document = (await http.get("/openapi.json")).json()
        config = _config(await _ids(http, document))
    (tmp_path / "schemathesis.toml").write_text(config)
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml"),
        *("run", f"{place.url}/openapi.json", "--checks", ",".join(CHECKS), "--continue-on-failure"),
        # The short form asks the same each time: what is new to find, the whole form finds.
        *("--seed", str(proof.random.randrange(2**32) if proof.is_full else 1)),
        *("--max-examples", str(proof.times(40, 3))),
        *("--no-shrink", "--generation-database", "none", "--no-color"),
        *("--report", "json", "--report-json-path", "report.json"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(program.communicate(), proof.times(300, 110))
    report = json.loads((tmp_path / "report.json").read_text())
    statuses = Counter(_statuses(place.log(api)[said_before:]))
    operations, cases = report["operations"], report["test_cases"]
    proof.row(
        f"called all {operations['tested']} operations of the OpenAPI document with what it allows and what it does "
        "not, alone and in sequences",
        cases["generated"],
        "no 5xx, no answer outside the document",
        ", ".join(f"{status} x {count}" for status, count in sorted(statuses.items())),
    )
    (tmp_path / "said").write_bytes(said)
    assert [f"{each['title']}: {', '.join(each['operations'])}" for each in report["failures"]] == []
    assert program.returncode == 0
    assert operations["tested"] == operations["total"] == sum(map(len, document["paths"].values()))
    assert {phase["status"] for phase in report["phases"].values()} == {"success"}
    assert not [status for status in statuses if status >= 500]
    assert "request_failed" not in place.log(api)
    assert place.deaths == []


async def _ids(http: httpx2.AsyncClient, document: Mapping[str, Any]) -> dict[str, set[str]]:
    """Ids of what is there, by their name in the document: of projects at a gate, amended, rejected, delivered."""
    delivered, waiting, amended, rejected = [
        await start(http, oversight=oversight) for oversight in ("low", "high", "high", "high")
    ]
    await respond(http, await asked(http, amended, "discovery"), "amend", content="# Another plan\n\n- Sign.\n")
    await respond(http, await asked(http, rejected, "discovery"), "reject", comment="Not this one.")
    for path in ("artifacts", "tasks"):
        context = {"type": "user_input", "content": "# Rules\n"}
        task = {"agent_type": "analyst", "instructions": "Look."}
        answer = await http.post(f"{V1}/projects/{waiting}/{path}", json=context if path == "artifacts" else task)
        assert answer.status_code == 201, answer.text
    await until(http, delivered, "completed", seconds=60)
    await asked(http, waiting, "discovery")
    found: dict[str, set[str]] = defaultdict(set)
    for project in (delivered, waiting, amended, rejected):
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


def _named(value: Any) -> Iterator[tuple[str, str]]:
    """Every id in an answer, with its name."""
    if isinstance(value, dict):
        for name, one in value.items():
            if name.endswith("_id") and isinstance(one, str):
                yield name, one
            yield from _named(one)
    elif isinstance(value, list):
        for each in value:
            yield from _named(each)


def _config(ids: Mapping[str, set[str]]) -> str:
    tables = [f"[dictionaries.{name}]\nvalues = {json.dumps(sorted(found))}" for name, found in ids.items()]
    uses = [f'"path.{name}" = {{ dictionary = "{name}", probability = {KNOWN} }}' for name in ids]
    return "\n\n".join([*tables, "\n".join(["[parameters]", *uses])])


def _statuses(log: str) -> Iterator[int]:
    """The status of each call that an API's log tells of."""
    for line in log.splitlines():
        told = json.loads(line)
        if told["event"] == "request":
            yield told["status"]
