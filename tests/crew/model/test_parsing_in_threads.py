"""Looking for tests in megabytes of code takes seconds, while every other step of the worker continues."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from crew.model import written_tests
from crew.model.agents import file_tools
from crew.model.agents.coder import Coder
from crew.model.agents.pieces import piece
from crew.model.agents.tester import AcceptanceRunner, AcceptanceTester
from crew.model.workspace import Workspace
from models.contracts.names import BuiltInArtifact
from sandbox.runner.modules import Modules
from tests.crew.model.agents_under_test import documents_of
from tests.crew.model.model_under_test import Model, Step, call, says
from tests.crew.model.test_existing_code import GIVEN, assignment, given, services
from tests.crew.rehearsal_under_test import artifact
from tests.provider.greeter import GREETER

TEST = GIVEN["tests/test_app.py"]


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each file set was looked into outside of the event loop's thread."""
    found: list[bool] = []

    def recorded(files: Mapping[str, str]) -> Modules:
        found.append(threading.current_thread() is not threading.main_thread())
        return Modules(files)

    monkeypatch.setattr(written_tests, "Modules", recorded)
    return found


async def test_the_coder_looks_into_tests_in_threads(threads: list[bool]) -> None:
    model = Model(
        [
            says(call("write_file", path="tests/test_b.py", content=TEST)),
            says(call("replace", path="tests/test_b.py", old="1, 1", new="2, 2")),
            says(call("finish", summary="Done.")),
        ]
    )
    await Coder(services(model)).run(assignment("coder", BuiltInArtifact.SOURCE_CODE, inputs=(given(GIVEN),)), Step())
    assert len(threads) >= 5  # the code as it was, two writes, the requirements, and the code as it is
    assert all(threads)


async def test_the_tester_looks_into_tests_in_threads(threads: list[bool]) -> None:
    inputs = tuple(artifact(type, text) for type, text in documents_of(GREETER).items())
    writes = [call("write_test", path=path, content=text) for path, text in GREETER.acceptance_tests.items()]
    model = Model([says(*writes), says(call("finish", summary="Done."))])
    task = assignment("tester", BuiltInArtifact.ACCEPTANCE_TESTS, inputs=inputs)
    outcome = await AcceptanceTester(services(model)).run(task, Step())
    assert len(threads) >= 3
    tests = artifact(BuiltInArtifact.ACCEPTANCE_TESTS, outcome.drafts[0].content, outcome.drafts[0].media_type)
    run = assignment("tester", BuiltInArtifact.TEST_RESULTS, inputs=(*inputs, given(dict(GREETER.files)), tests))
    before = len(threads)
    await AcceptanceRunner(services(model)).run(run, Step())
    assert len(threads) > before
    assert all(threads)


async def test_a_text_is_looked_for_in_a_thread_and_no_further_than_one_result_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = list[tuple[bool, int]]()

    def recorded(text: str, *arguments: Any, **options: Any) -> str:
        found.append((threading.current_thread() is not threading.main_thread(), len(text)))
        return piece(text, *arguments, **options)

    monkeypatch.setattr(file_tools, "piece", recorded)
    files = {f"app/m{number}.py": "x\n" * 100_000 for number in range(2)}
    tool = next(each for each in file_tools.file_tools(Workspace(files)) if each.name == "find_text")
    result = await tool.run(file_tools.FindText(text="x", first_line=2))
    ((in_thread, characters),) = found
    assert in_thread
    assert characters < 16_000
    first, *_, last, _, more = result.split("\n")
    assert first == "app/m0.py:2: x"
    following = int(last.split(":")[1]) + 1
    assert more == f"[... more: read on with first_line={following} ...]"
    assert (await tool.run(file_tools.FindText(text="x", first_line=following))).startswith(f"app/m0.py:{following}: x")
