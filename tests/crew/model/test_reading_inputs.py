"""Agents that write documents and reports read the files of their inputs, and nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest
from pydantic_ai.messages import ModelMessagesTypeAdapter, ToolCallPart, ToolReturnPart

from artifacts.file_sets import pack
from artifacts.media_types import FILES
from crew.model.agents.reviewer import Reviewer
from crew.model.agents.services import AgentServices
from crew.model.clients import ModelClient, ModelClients
from crew.model.context import MAX_RESULT, visible
from crew.protocol import InputArtifact, Outcome
from models.contracts.enums import Verdict
from models.contracts.roles import Role, Writes
from sandbox import Sandbox
from tests.crew.model.model_under_test import Model, Step, Turn, call, says
from tests.crew.rehearsal_under_test import artifact, assignment

CODE = artifact("source_code", pack({"shop/__main__.py": "print('hello')\n"}), FILES)
PASSES = says(call("submit", summary="It is fine.", findings=[]))


@dataclass
class OneClient:
    client: ModelClient

    def get(self, name: str) -> ModelClient:
        return self.client


async def review(model: Model, *inputs: InputArtifact, tools: tuple[str, ...] | None = None) -> Outcome:
    services = AgentServices(cast(ModelClients, OneClient(model.client())), Sandbox(), "test:scripted")
    task = assignment("analyst", "review", "security_report", inputs=inputs)
    role = Role(name="security_reviewer", writes=Writes.REPORT, tools=tools)
    return await Reviewer(services).run(replace(task, role=role), Step())


async def told(*turns: Turn, inputs: tuple[InputArtifact, ...] = (CODE,)) -> str:
    """Return what the model received last, as the result of its call."""
    model = Model([*turns, PASSES])
    await review(model, *inputs)
    return json.dumps(json.loads(ModelMessagesTypeAdapter.dump_json(model.asked[-1][-1:])))


LONG = {
    "lines.txt": "".join(f"{number:07} {'x' * (number % 50)}\n" for number in range(4_000)),
    "one_line.json": "".join(f"{number:07}," for number in range(5_000)),
    "form feeds.txt": ("page\x0c\u2028of\rtext\n" + "y" * 20_000 + "\n") * 2,
    "short.txt": "one\n\nthree\n",
}
MANY = {f"many/{number:04}/{'long' * 5}.txt": "in every\n" for number in range(900)}
EVERY = LONG | MANY


async def result_of(asked: ToolCallPart) -> str:
    """Return the result of one call, for a reviewer of long files."""
    model = Model([says(asked), PASSES])
    long = (artifact("source_code", pack(EVERY), FILES), artifact("threat_model", LONG["one_line.json"]))
    await review(model, *long)
    (result,) = model.asked[-1][-1].parts
    assert isinstance(result, ToolReturnPart)
    return str(result.content)


async def test_a_reviewer_reads_the_code_that_it_reviews() -> None:
    assert "source_code/shop/__main__.py (15 bytes)" in await told(says(call("list_files")))
    assert "print('hello')" in await told(says(call("read_file", path="source_code/shop/__main__.py")))


async def test_a_file_that_is_not_among_the_inputs_does_not_exist() -> None:
    for path in ("/etc/passwd", "../../.env", "shop/__main__.py"):
        assert "there is no file" in await told(says(call("read_file", path=path)))


async def test_without_files_there_is_no_tool_that_reads_them() -> None:
    told_so = await told(says(call("list_files")), inputs=(artifact("threat_model", "# Threats"),))
    assert "there is no tool list_files" in told_so


async def test_a_tool_that_the_role_does_not_list_does_not_exist() -> None:
    model = Model([says(call("read_file", path="source_code/shop/__main__.py")), PASSES])
    await review(model, CODE, tools=("list_files",))
    assert "there is no tool read_file; there are list_files, submit." in str(model.asked[-1][-1])


async def test_an_input_that_is_long_is_read_in_pieces_without_a_gap() -> None:
    text = "".join(f"{number:07}\n" for number in range(4_000))
    offset, read = 0, ""
    while offset < len(text):
        result = await told(
            says(call("read_artifact", name="threat_model", offset=offset)), inputs=(artifact("threat_model", text),)
        )
        piece = text[offset : offset + 15_000]
        assert json.dumps(piece)[1:-1] in result
        read, offset = read + piece, offset + len(piece)
    assert read == text


async def read_on(tool: str, **arguments: Any) -> str:
    """Follow what the results say until one says nothing, and return them joined."""
    text, more = "", ""
    while True:
        result = await result_of(call(tool, **arguments))
        assert len(result) <= MAX_RESULT
        piece, _, more = result.partition("\n[... ")
        text += piece
        if not more:
            return text
        arguments |= {"offset": 0} if "offset" in arguments else {}
        arguments |= {key: int(value) for key, value in re.findall(r"(first_line|offset)=(\d+)", more)}


@pytest.mark.parametrize("path", LONG)
async def test_a_file_of_any_length_is_read_to_its_end_as_the_results_say(path: str) -> None:
    assert await read_on("read_file", path=f"source_code/{path}") == visible(LONG[path])


async def test_an_artifact_and_a_list_of_files_are_read_to_their_ends() -> None:
    assert await read_on("read_artifact", name="threat_model") == LONG["one_line.json"]
    listed = await read_on("list_files")
    assert [line.rpartition(" (")[0] for line in listed.splitlines()] == sorted(f"source_code/{each}" for each in EVERY)
    found = await read_on("find_text", text="in every")
    assert len(found.splitlines()) == len(MANY)


async def test_some_lines_of_a_file_are_read_and_a_text_is_shown_within_a_long_line() -> None:
    path = "source_code/lines.txt"
    assert await result_of(call("read_file", path=path, first_line=2_001, last_line=2_002)) == "0002000 \n0002001 x"
    assert await result_of(call("read_file", path="source_code/short.txt", first_line=2, last_line=2)) == ""
    found = await result_of(call("find_text", text="0002500,"))
    assert found.startswith("source_code/one_line.json:1: ...")
    assert "0002500," in found
    assert len(found) < 400


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"first_line": 0}, "greater than or equal to 1"),
        ({"offset": -1}, "greater than or equal to 0"),
        ({"first_line": 5}, "it has 4 lines and 11 characters"),
        ({"first_line": 3, "offset": 7}, "it has 4 lines"),
        ({"first_line": 3, "last_line": 2}, "there is nothing there"),
    ],
)
async def test_a_place_that_is_not_there_is_an_error(arguments: dict[str, Any], said: str) -> None:
    assert said in await result_of(call("read_file", path="source_code/short.txt", **arguments))


async def test_the_verdict_of_a_report_follows_from_its_findings() -> None:
    finding = {"title": "SQL", "detail": "It can be injected."}
    for severity, verdict in (("high", Verdict.FAILED), ("medium", Verdict.PASSED)):
        outcome = await review(Model([says(call("submit", summary="-", findings=[{**finding, "severity": severity}]))]))
        assert outcome.verdict is verdict
