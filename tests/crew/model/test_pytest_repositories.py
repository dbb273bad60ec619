"""Existing code whose tests need pytest, which the sandbox does not have: nothing passes over them in silence."""

from __future__ import annotations

import pytest

from crew.model import written_tests
from crew.model.agents.coder import Coder
from crew.model.requirement_coverage import uncovered
from models.contracts.enums import Verdict
from models.contracts.names import BuiltInArtifact
from tests.crew.model.agents_under_test import crew_of, work
from tests.crew.model.model_under_test import Model, Step, call, says
from tests.crew.model.test_existing_code import assignment, given, returned, services
from tests.provider import Script

FUNCTIONS = "tests/test_sums.py"
FIXTURES = "tests/test_files.py"
GIVEN = {
    "sums/__init__.py": "",
    "sums/__main__.py": "import sys\n\nprint(sum(map(int, sys.argv[1:])))\n",
    FUNCTIONS: 'from sums import __doc__\n\n\ndef test_r1_docs():\n    """R1"""\n    assert __doc__ is None\n',
    FIXTURES: 'import pytest\n\n\ndef test_r2_reads(tmp_path):\n    """R2"""\n    assert tmp_path\n    assert 1\n',
}
NOTE = "1 pytest test was not run: pytest is not available in the sandbox."


async def test_the_coder_can_finish_and_the_gate_says_what_was_not_run() -> None:
    model = Model([says(call("run_tests")), says(call("finish", summary="Nothing has to change."))])
    task = assignment("coder", BuiltInArtifact.SOURCE_CODE, inputs=(given(GIVEN),))
    outcome = await Coder(services(model)).run(task, Step())
    assert (outcome.warning, outcome.note) == (NOTE, f"{NOTE} Nothing has to change.")
    (result,) = returned(model.asked[-1])
    assert result.startswith(f"Passed: 1 of 2 tests ran, 0 failed. {NOTE}\n")


async def test_the_test_results_and_their_gate_say_what_was_not_run() -> None:
    async with crew_of(Script(conversations={})) as (crew, _):
        outcome = await work(crew, "validate", {"source_code": GIVEN})
    assert (outcome.verdict, outcome.warning) == (Verdict.PASSED, NOTE)
    assert f"**Passed**: 1 of 2 tests ran, 0 failed. {NOTE}\n" in outcome.drafts[0].content.decode()


def test_a_requirement_is_not_covered_by_a_test_that_does_not_run() -> None:
    assert list(written_tests.tests_in(GIVEN)) == [f"{FUNCTIONS}:test_r1_docs"]
    assert uncovered(["R1", "R2"], GIVEN) == ["R2"]
    assert written_tests.need_pytest(GIVEN) == 1


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (FUNCTIONS, "test_r1_docs", "check_docs", "test_r1_docs was removed"),
        (FUNCTIONS, "assert __doc__ is None", "pass", "test_r1_docs asserts nothing any more"),
        (FUNCTIONS, "test_r1_docs()", "test_r1_docs(monkeypatch)", "test_r1_docs is skipped"),
        (FUNCTIONS, "def test", "import pytest\n@pytest.mark.skip\ndef test", "test_r1_docs is skipped"),
        (FUNCTIONS, "from sums", "import pytest\nfrom sums", "test_r1_docs is skipped"),
        (FIXTURES, "    assert tmp_path\n", "", "test_r2_reads asserts nothing any more"),
        (FIXTURES, "test_r2_reads", "read", "test_r2_reads was removed"),
    ],
)
def test_a_function_that_is_weakened_is_named(path: str, old: str, new: str, said: str) -> None:
    files = {**GIVEN, path: GIVEN[path].replace(old, new)}
    assert files != GIVEN
    assert written_tests.Baseline(GIVEN).weakened_tests(files) == [f"{path}:{said}"]


def test_a_test_that_always_needed_pytest_is_not_called_skipped() -> None:
    through = {**GIVEN, FIXTURES: "from tests.shared import x\n\n\ndef test_it():\n    assert x\n"}
    files = {**through, "tests/shared.py": "import pytest\nx = pytest\n"}
    tests = written_tests.Baseline(files)
    tests.record(files, FIXTURES)
    assert tests.weakened_tests(files) == []
