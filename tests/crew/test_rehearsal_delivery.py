"""From the example brief to a package, with a person's amendments on the way."""

import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from artifacts.file_sets import pack, unpack
from artifacts.media_types import FILES, ZIP
from crew.protocol import InputArtifact, Outcome
from crew.reading.document_requirements import requirements_in
from models.contracts.enums import Verdict
from models.contracts.names import AgentType, ArtifactType, BuiltInRole
from sandbox import Sandbox
from tests.crew.rehearsal_under_test import EXAMPLE, RecordingStep, T, artifact, assignment, deliver, run

TITLE = "Short links for the support team"


async def test_the_documents_repeat_the_words_of_the_example_brief() -> None:
    drafts = await deliver(EXAMPLE)
    for type, draft in drafts.items():
        if type is T.USER_INPUT or draft.media_type == ZIP:
            continue
        text = draft.content.decode()
        assert "Rehearsal" in text.splitlines()[0] or draft.media_type == FILES
        assert TITLE in text or type is T.ACCEPTANCE_TESTS
    for type in (T.PROJECT_PLAN, T.SOFTWARE_SPECIFICATION, T.IMPLEMENTATION_PLAN):
        text = drafts[type].content.decode()
        assert [each.label for each in requirements_in(text)] == ["R1", "R2", "R3", "R4", "R5", "R6", "R7"]
        assert "a team lead can download all links with their counts as one CSV file" in text
        assert not any("Paid plans" in each.text for each in requirements_in(text))
    assert "- out of scope: Paid plans" in drafts[T.PROJECT_PLAN].content.decode()
    assert "```mermaid" in drafts[T.SYSTEM_ARCHITECTURE].content.decode()
    assert "14 tests ran, 0 failed" in drafts[T.TEST_RESULTS].content.decode()
    assert "Ran 14 tests\n\nOK" in drafts[T.TEST_RESULTS].content.decode()
    assert "7 tests ran, 0 failed" in drafts[T.TEST_RESULTS].content.decode()


async def test_acceptance_tests_fail_on_a_product_that_does_nothing_and_on_one_that_leaves_something_out() -> None:
    drafts = await deliver(EXAMPLE, "build")
    tests = unpack(drafts[T.ACCEPTANCE_TESTS].content)
    assert len(tests) == 7
    assert (await Sandbox().check_acceptance(tests)).problems == ()

    async def validate(brief: str, *more: InputArtifact) -> Outcome:
        built = await run(assignment(BuiltInRole.CODER, "build", T.SOURCE_CODE, brief=brief))
        inputs = (artifact(T.SOURCE_CODE, built.drafts[0].content, FILES), *more)
        return await run(assignment(BuiltInRole.TESTER, "validate", T.TEST_RESULTS, brief=brief, inputs=inputs))

    acceptance = artifact(T.ACCEPTANCE_TESTS, drafts[T.ACCEPTANCE_TESTS].content, FILES)
    failed = await validate("---\nrehearsal:\n  fail_tests_rounds: 1\n---\n" + EXAMPLE, acceptance)
    assert failed.verdict is Verdict.FAILED
    _, _, report = failed.drafts[0].content.decode().partition("## Acceptance tests")
    assert "7 tests ran, 1 failed" in report
    assert (await validate(EXAMPLE, acceptance)).verdict is Verdict.PASSED

    alone = await validate(EXAMPLE)
    assert alone.verdict is Verdict.PASSED
    assert "No independent tests ran" in alone.drafts[0].content.decode()


async def test_a_plan_lists_the_requirements_beyond_the_limit_as_not_used() -> None:
    brief = "# Much\n\n## Requirements\n\n" + "".join(f"- The system keeps promise {number}.\n" for number in range(60))

    plan = (await deliver(brief, "discovery"))[T.PROJECT_PLAN].content.decode()

    assert "R50." in plan
    assert "R51." not in plan
    assert "builds 50 requirements: the brief has more" in plan
    left = [number for number in range(60) if f"that a rehearsal builds: The system keeps promise {number}." in plan]
    assert left == list(range(50, 60))


async def test_the_same_brief_yields_the_same_bytes() -> None:
    assert await deliver(EXAMPLE) == await deliver(EXAMPLE)


async def test_the_package_installs_and_its_sources_pass_their_tests(tmp_path: Path) -> None:
    drafts = await deliver(EXAMPLE)
    package = drafts[T.DEPLOYMENT_PACKAGE]
    log = drafts[T.DEPLOYMENT_LOG].content.decode()
    assert package.media_type == ZIP
    assert hashlib.sha256(package.content).hexdigest() in log
    name = "short-links-for-the-support-team-0.1.0"
    assert f"{name}.zip" in log
    path = tmp_path / f"{name}.zip"
    path.write_bytes(package.content)

    with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        archive.extractall(tmp_path)
    unittest = [sys.executable, "-m", "unittest"]
    tested = subprocess.run(unittest, cwd=tmp_path / name, capture_output=True, text=True, check=True)
    assert "Ran 14 tests" in tested.stderr

    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "uv", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--offline"]
    subprocess.run([*pip, "--python", sys.executable, "--target", target, path], cwd=tmp_path, check=True)
    program = [sys.executable, "-m", "short_links_for_the_support_team"]
    started = subprocess.run(program, cwd=target, capture_output=True, text=True, check=True)
    assert started.stdout.startswith("R1: Shorten: anyone on the team")


@pytest.mark.parametrize("type", [T.PROJECT_PLAN, T.SOFTWARE_SPECIFICATION, T.IMPLEMENTATION_PLAN])
async def test_later_stages_follow_an_amended_document(type: ArtifactType) -> None:
    text = (await deliver(EXAMPLE, "design"))[type].content.decode()
    amended = text.replace("R6. Export", "R6. Print") + "\n### R9. Archive: links older than a year are put away\n"
    if type is T.PROJECT_PLAN:
        last = next(line for line in amended.splitlines() if line.startswith("- R6"))
        amended = amended.replace(last, f"{last}\n- R9. Archive: links older than a year are put away")
    code = await deliver(EXAMPLE, "build", {type: amended})
    paths = unpack(code[T.SOURCE_CODE].content).keys()
    assert {"test_r9__archive.py", "test_r6__print.py"} < unpack(code[T.ACCEPTANCE_TESTS].content).keys()
    assert "tests/test_r9__archive.py" in paths
    assert "tests/test_r6__print.py" in paths
    assert "tests/test_r6__export.py" not in paths


async def test_a_line_that_a_person_adds_without_a_label_gets_the_next_free_label() -> None:
    plan = "# Plan\n\n## Requirements\n\n- R1. One thing\n- Another thing\n- R3. A third thing\n"
    code = await run(assignment(BuiltInRole.CODER, "build", T.SOURCE_CODE, inputs=(artifact(T.PROJECT_PLAN, plan),)))
    paths = unpack(code.drafts[0].content).keys()
    assert {"tests/test_r1__one_thing.py", "tests/test_r2__another_thing.py", "tests/test_r3__a_third_thing.py"} < paths


async def test_feedback_is_quoted_in_the_new_version() -> None:
    feedback = "Please say who may export.\n# Not a heading\n- R9. not a requirement"
    for role, type in (
        (BuiltInRole.ANALYST, T.PROJECT_PLAN),
        (BuiltInRole.ARCHITECT, T.IMPLEMENTATION_PLAN),
        (BuiltInRole.DEPLOYER, T.AGENT_OUTPUT),
    ):
        outcome = await run(assignment(role, "any", type, round=2, feedback=feedback))
        text = outcome.drafts[0].content.decode()
        assert "## Changes in this round" in text
        assert "> Please say who may export." in text
        assert len(requirements_in(text)) == 7
    code = await run(assignment(BuiltInRole.CODER, "build", T.SOURCE_CODE, round=2, feedback=feedback))
    assert "> Please say who may export." in unpack(code.drafts[0].content)["CHANGES.md"]


@pytest.mark.parametrize("role", list(BuiltInRole))
@pytest.mark.parametrize("inputs", [(), (artifact(T.SYSTEM_ARCHITECTURE, b"\xff\x00not text"),)])
async def test_every_agent_writes_every_output(role: AgentType, inputs: tuple[()]) -> None:
    outcome = await run(assignment(role, "any", *T, inputs=inputs))
    assert all(draft.content for draft in outcome.drafts)
    assert outcome.usage is not None
    assert outcome.usage.model == "rehearsal"


async def test_source_code_that_is_not_a_file_set_fails_validation() -> None:
    inputs = (artifact(T.SOURCE_CODE, "just words"),)
    outcome = await run(assignment(BuiltInRole.TESTER, "validate", T.TEST_RESULTS, inputs=inputs))
    assert outcome.verdict is Verdict.FAILED


async def test_control_characters_are_removed_from_test_output() -> None:
    test = "import unittest\nclass A(unittest.TestCase):\n  def test(self): print('\\x00\\x1b[31m```red')\n"
    inputs = (artifact(T.SOURCE_CODE, pack({"test_a.py": test}), FILES),)
    outcome = await run(assignment(BuiltInRole.TESTER, "validate", T.TEST_RESULTS, inputs=inputs))
    text = outcome.drafts[0].content.decode()
    assert outcome.verdict is Verdict.PASSED
    assert "````text\n  [31m```red\n" in text


async def test_a_generic_document_lists_the_instructions_and_inputs() -> None:
    inputs = (artifact(T.PROJECT_PLAN, "# The plan of plans\n\n- R1. Be brief"),)
    task = assignment(BuiltInRole.ANALYST, "task", T.AGENT_OUTPUT, inputs=inputs, instructions="Compare `a` and <b>.")
    step = RecordingStep()
    text = (await run(task, step)).drafts[0].content.decode()
    assert "> Compare \\`a\\` and \\<b\\>." in text
    assert "The plan of plans" in text
    assert "R1. Be brief" in text
    assert step.messages == []
