"""The model crew changes code that a project begins from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from pydantic_ai.messages import ModelMessage, ModelRequest, ToolReturnPart

from artifacts.file_sets import pack, unpack
from artifacts.media_types import FILES
from cli.stack.embedded import Servers
from config.settings import Settings
from crew.model.agents.coder import Coder
from crew.model.agents.document import DocumentWriter
from crew.model.agents.services import AgentServices
from crew.model.clients import ModelClient
from crew.model.prompt import prompt_for
from crew.model.workspace import Workspace
from crew.protocol import AgentError, Assignment, InputArtifact
from evals.briefs import load
from models.contracts.names import BuiltInArtifact
from models.contracts.roles import BUILT_IN_ROLES
from sandbox import Sandbox
from tests.api_client import get, start, wait_for_status
from tests.conftest import own_settings
from tests.crew.model.model_under_test import Model, Step, call, says
from tests.provider.app import Provider
from tests.provider.product import Product
from tests.provider.running import configured
from tests.provider.scripts import calling, changed, coding, software_delivery

BRIEF = Path(__file__).parents[3] / "evals" / "briefs" / "invoicer"
GIVEN = {
    "app/__init__.py": "",
    "app/__main__.py": "import sys\n\nprint(sum(map(int, sys.argv[1:])))\n",
    "app/extra.py": "try:\n    import yaml\nexcept ImportError:\n    yaml = None\n",
    "old.py": "print 'Python 2'\n",
    "tests/test_app.py": (
        "import unittest\n\n\nclass AppTest(unittest.TestCase):\n"
        '    def test_it(self):\n        """R1"""\n        self.assertEqual(1, 1)\n'
    ),
}


class OneModel:
    """What finds the model, if there is only one."""

    def __init__(self, model: Model) -> None:
        self._client = model.client()

    def get(self, name: str) -> ModelClient:
        return self._client


def services(model: Model) -> AgentServices:
    return AgentServices(OneModel(model), Sandbox(20, allow_unconfined=False), "test:scripted")  # type: ignore[arg-type]


def given(files: dict[str, str], version: int = 1, *, by_agent: bool = False) -> InputArtifact:
    type = BuiltInArtifact.SOURCE_CODE
    return InputArtifact(UUID(int=1), type, type, version, FILES, pack(files), by_agent)


def assignment(role: str, *expected: str, inputs: tuple[InputArtifact, ...]) -> Assignment:
    return Assignment(
        project_id=UUID(int=2),
        project_name="Sums",
        task_id=UUID(int=3),
        role=BUILT_IN_ROLES[role],
        stage="build",
        round=1,
        instructions="Change it.",
        feedback=None,
        brief="# Sums\n",
        inputs=inputs,
        expected_outputs=expected,
    )


def returned(messages: list[ModelMessage]) -> list[str]:
    """What the tools returned, in order."""
    parts = [part for each in messages if isinstance(each, ModelRequest) for part in each.parts]
    return [str(part.content) for part in parts if isinstance(part, ToolReturnPart)]


async def test_the_coder_begins_from_the_code_and_a_project_without_changes_needed_is_delivered_as_it_is() -> None:
    model = Model(
        [
            says(call("list_files"), call("read_file", path="app/__main__.py")),
            says(call("read_file", path="app/__main__.py", first_line=3), call("find_text", text="import ")),
            says(call("finish", summary="Nothing has to change.")),
        ]
    )
    task = assignment("coder", BuiltInArtifact.SOURCE_CODE, inputs=(given(GIVEN),))
    outcome = await Coder(services(model)).run(task, Step())
    assert unpack(outcome.drafts[0].content) == GIVEN
    assert outcome.note == "Nothing has to change."
    listed, read, lines, found = returned(model.asked[-1])
    assert "app/extra.py" in listed
    assert read == GIVEN["app/__main__.py"]
    assert lines == "print(sum(map(int, sys.argv[1:])))\n"
    assert "app/extra.py:2: import yaml" in found
    assert outcome.usage is not None
    assert str(outcome.usage.prompt_version).startswith("coder+source@")


async def test_a_test_that_came_with_the_code_and_is_removed_is_named_in_the_first_round() -> None:
    test = GIVEN["tests/test_app.py"].replace("test_it", "test_other")
    model = Model(
        [
            says(
                call("delete_file", path="tests/test_app.py"), call("write_file", path="tests/test_b.py", content=test)
            ),
            says(call("finish", summary="Tidied.")),
        ]
    )
    task = assignment("coder", BuiltInArtifact.SOURCE_CODE, inputs=(given(GIVEN),))
    outcome = await Coder(services(model)).run(task, Step())
    assert outcome.note == "It weakened its own tests: tests/test_app.py:AppTest.test_it was removed. Tidied."


async def test_a_later_round_begins_from_the_crews_version() -> None:
    changed_files = {**GIVEN, "app/new.py": "x = 1\n"}
    model = Model([says(call("finish", summary="Done."))])
    inputs = (given(GIVEN), given(changed_files, 2))
    outcome = await Coder(services(model)).run(assignment("coder", BuiltInArtifact.SOURCE_CODE, inputs=inputs), Step())
    assert unpack(outcome.drafts[0].content) == changed_files


async def test_the_analyst_sees_the_list_of_files_and_may_read_them() -> None:
    plan = {"markdown": "It adds numbers."}
    model = Model(
        [says(call("read_file", path="source_code/app/__main__.py")), says(call("submit", deployment_log=plan))]
    )
    task = assignment("analyst", "deployment_log", inputs=(given(GIVEN),))
    await DocumentWriter(services(model)).run(task, Step())
    assert returned(model.asked[-1]) == [GIVEN["app/__main__.py"]]
    shown = prompt_for(task, "document")
    assert "\napp/__main__.py\n" in shown.task
    assert "# Existing code" in shown.system
    own = replace(task, inputs=(given(GIVEN, by_agent=True),))
    assert "# Existing code" not in prompt_for(own, "document").system


async def test_a_file_that_is_not_there_and_lines_that_are_not_there_are_said() -> None:
    model = Model(
        [
            says(call("read_file", path="a.py"), call("read_file", path="old.py", first_line=5)),
            says(call("find_text", text=""), call("find_text", text="nowhere")),
            says(call("impossible", reason="It is a test.")),
        ]
    )
    task = assignment("coder", BuiltInArtifact.SOURCE_CODE, inputs=(given(GIVEN),))
    with pytest.raises(AgentError, match="It is a test"):
        await Coder(services(model)).run(task, Step())
    texts = returned(model.asked[-1])
    for text, word in zip(texts, ("no file 'a.py'", "it has 2 lines", "at least 1", "No line has"), strict=True):
        assert word in text


def test_what_the_code_imports_already_may_stay_and_nothing_else_may_come() -> None:
    workspace = Workspace(GIVEN)
    assert workspace.missing_imports() == {}
    workspace.replace("app/extra.py", "yaml = None", "yaml = ()")
    workspace.write("app/more.py", "import unheard_of\n")
    assert workspace.missing_imports() == {"app/more.py": ["unheard_of"]}


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        yield settings.model_copy(update={"pipelines_dir": Path(__file__).with_name("pipelines")})


@pytest_asyncio.fixture(scope="module", autouse=True)
async def provider() -> AsyncIterator[Provider]:
    """The crew of the brief, whose coder deletes nothing, and writes only what differs from what is there."""
    product, brief = Product.of_brief(BRIEF), load(BRIEF)
    assert brief.source is not None
    new = {path: text for path, text in product.files.items() if brief.source.get(path) != text}
    script = software_delivery(product, when=product.plan.entry_point)
    look = [calling("list_files"), calling("read_file", path="invoicer/totals.py")]
    async with configured(changed(script, {"build": [*look, *coding(new)]})) as provider:
        yield provider


@pytest.mark.usefixtures("worker")
async def test_a_change_to_existing_code_is_delivered(http: httpx2.AsyncClient) -> None:
    brief, product = load(BRIEF), Product.of_brief(BRIEF)
    assert brief.source is not None
    source = {"content": pack(brief.source).decode()}
    project = await start(
        http,
        name="Invoices",
        description=brief.text,
        source=source,
        model="openai:gpt-5",
        pipeline="software-delivery",
        oversight="low",
    )
    ended = await wait_for_status(http, project, "completed", "failed", "waiting", seconds=110)
    problems = [each["question"] for each in (await get(http, f"/projects/{project}/status"))["open_requests"]]
    assert (ended["status"], problems) == ("completed", [])
    first, second = (await get(http, f"/projects/{project}/artifacts", type="source_code"))["items"]
    files = unpack((await get(http, f"/artifacts/{second['artifact_id']}"))["content"].encode())
    assert files == {**brief.source, **product.files}
    transcript = await get(http, f"/tasks/{second['task_id']}/transcript")
    read = [call["result"] for turn in transcript["turns"] for call in turn["calls"] if call["tool"] == "read_file"]
    assert brief.source["invoicer/totals.py"] in read[0]
    (tests,) = (await get(http, f"/projects/{project}/artifacts", type="acceptance_tests"))["items"]
    context = (await get(http, f"/tasks/{tests['task_id']}"))["context"]
    assert [one["type"] for one in context] == ["software_specification", "implementation_plan"]
    assert first["version"] == 1
