"""Agents that write documents and reports read the files of their inputs, and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import cast

from pydantic_ai.messages import ModelMessagesTypeAdapter

from artifacts.file_sets import pack
from artifacts.media_types import FILES
from crew.model.agents.reviewer import Reviewer
from crew.model.agents.services import AgentServices
from crew.model.clients import ModelClient, ModelClients
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


async def test_the_verdict_of_a_report_follows_from_its_findings() -> None:
    finding = {"title": "SQL", "detail": "It can be injected."}
    for severity, verdict in (("high", Verdict.FAILED), ("medium", Verdict.PASSED)):
        outcome = await review(Model([says(call("submit", summary="-", findings=[{**finding, "severity": severity}]))]))
        assert outcome.verdict is verdict
