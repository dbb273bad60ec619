"""The coder: writes and changes files, runs their tests, and ends when they pass."""

from __future__ import annotations

import asyncio

from pydantic import ConfigDict

from artifacts.file_sets import pack, unpack
from artifacts.media_types import FILES
from crew.model.agents.input_tools import read_artifact_tool
from crew.model.agents.run_report import failed_tests
from crew.model.agents.searching import search_tools
from crew.model.agents.services import AgentServices, run_conversation
from crew.model.prompt import begins_from_source
from crew.model.requirement_coverage import requirement_ids, uncovered
from crew.model.tool import Arguments, Tool, ToolError
from crew.model.toolchains import toolchain_of
from crew.model.workspace import Workspace
from crew.model.written_tests import Baseline
from crew.protocol import AgentError, Assignment, Draft, Outcome, Step
from crew.wording import result_of
from models.contracts.names import BuiltInArtifact
from sandbox import RunReport, Sandbox
from sandbox.toolchain import Toolchain

MAX_OUTPUT = 8_000
"""Characters of a test run's output that the model reads."""


WEAKENED = "It weakened its own tests:"
"""How the note begins if the coder has removed, skipped, emptied or weakened tests."""


class Nothing(Arguments):
    """No arguments."""


class PathArguments(Arguments):
    model_config = ConfigDict(title="Path")  # models see the title, and transcripts pin it

    path: str


class FileArguments(Arguments):
    model_config = ConfigDict(title="File")

    path: str
    content: str


class Replacement(Arguments):
    path: str
    old: str
    new: str


class Finish(Arguments):
    summary: str


class Impossible(Arguments):
    reason: str


class Coder:
    def __init__(self, services: AgentServices) -> None:
        self._services = services

    async def run(self, assignment: Assignment, step: Step) -> Outcome:
        before = _earlier_files(assignment)
        workspace = Workspace(before, toolchain=toolchain_of(assignment))
        # In threads: there may be megabytes.
        tests = await asyncio.to_thread(Baseline, before)
        await asyncio.to_thread(lambda: workspace.imported_before)
        tools = _tools(workspace, tests, assignment, self._services.sandbox)
        completed = await run_conversation(self._services, assignment, step, "coder", tools, workspace)
        if isinstance(completed.arguments, Impossible):
            raise AgentError(_impossible(completed.arguments.reason, assignment), retryable=False)
        weakened = await asyncio.to_thread(tests.weakened_tests, workspace.files)
        warning = f"{WEAKENED} {'; '.join(weakened)}." if weakened else None
        assert isinstance(completed.arguments, Finish)
        said = completed.arguments.summary.strip()
        (type,) = assignment.expected_outputs
        return Outcome(
            drafts=(Draft(type, pack(workspace.files), FILES),),
            confidence=_confidence(completed.turns, assignment.round, len(weakened)),
            usage=completed.usage,
            note=f"{warning} {said}" if warning else said,
            warning=warning,
        )


def _tools(workspace: Workspace, tests: Baseline, assignment: Assignment, sandbox: Sandbox) -> tuple[Tool, ...]:
    specification = assignment.input(BuiltInArtifact.SOFTWARE_SPECIFICATION)
    wanted = requirement_ids(specification.text) if specification else []

    async def list_files(_: Nothing) -> str:
        return workspace.listing()

    async def read_file(arguments: PathArguments) -> str:
        return workspace.read(arguments.path)

    async def write_file(arguments: FileArguments) -> str:
        done = workspace.write(arguments.path, arguments.content)
        tests.record({arguments.path: arguments.content})
        return done

    async def replace(arguments: Replacement) -> str:
        done = workspace.replace(arguments.path, arguments.old, arguments.new)
        tests.record({arguments.path: workspace.files[arguments.path]})
        return done

    async def delete_file(arguments: PathArguments) -> str:
        return workspace.delete(arguments.path)

    async def run_tests(_: Nothing) -> str:
        return describe(await _run(workspace, sandbox), workspace.toolchain)

    async def finish(_: Finish) -> str:
        if not workspace.files:
            raise ToolError("there are no files.")
        if missing := await asyncio.to_thread(workspace.missing_imports):  # there may be thousands of lines
            listed = "; ".join(f"{path} imports {', '.join(names)}" for path, names in missing.items())
            raise ToolError(f"some imports are not available: {listed}.")
        if missing_tests := await asyncio.to_thread(uncovered, wanted, workspace.files):
            raise ToolError(
                f"no test covers {', '.join(missing_tests)}. A test's {workspace.toolchain.numbers_in} begins with the "
                "numbers it covers."
            )
        run = await _run(workspace, sandbox)
        if not run.passed:
            raise ToolError(f"the tests do not pass.\n{describe(run, workspace.toolchain)}")
        return f"Finished: {run.ran} tests pass."

    async def impossible(_: Impossible) -> str:
        return "A person decides now."

    return (
        read_artifact_tool(assignment.inputs),
        Tool("list_files", "List the files with their sizes.", Nothing, list_files, is_pure=True),
        Tool("read_file", "Read a file.", PathArguments, read_file, is_pure=True),
        *(search_tools(workspace) if begins_from_source(assignment) else ()),
        Tool("write_file", "Create or replace a whole file.", FileArguments, write_file, is_pure=True),
        Tool("replace", "Replace a text that occurs once in a file.", Replacement, replace, is_pure=True),
        Tool("delete_file", "Delete a file.", PathArguments, delete_file, is_pure=True),
        Tool(
            "run_tests",
            "Run all unit tests in tests/ and return their results.",
            Nothing,
            run_tests,
            in_sandbox=True,
        ),
        Tool(
            "finish",
            "End the step. Refused while a test fails or a requirement has none.",
            Finish,
            finish,
            ends=True,
            in_sandbox=True,
        ),
        Tool(
            "impossible",
            "End the step and ask a person, if it cannot be done.",
            Impossible,
            impossible,
            ends=True,
            gives_up=True,
        ),
    )


async def _run(workspace: Workspace, sandbox: Sandbox) -> RunReport:
    if not workspace.files:
        raise ToolError("there are no files.")
    return await sandbox.run_tests(workspace.files, loopback=True, toolchain=workspace.toolchain)


def describe(run: RunReport, toolchain: Toolchain) -> str:
    """Return a test run for a model: the counts, each test that did not pass, and the output."""
    failed = [f"- {name}: {outcome}" for name, outcome in run.outcomes if outcome != "passed"]
    stopped = [f"The run was stopped: it {run.stopped}."] if run.stopped else []
    none = [f"No tests were found: they are {toolchain.tests_are}."] if not run.outcomes else []
    output = run.output[-MAX_OUTPUT:]
    return "\n".join([result_of(run, bold=False), *stopped, *none, *failed[:50], "", output]).rstrip()


def _earlier_files(assignment: Assignment) -> dict[str, str]:
    """Return the files that are there: what an earlier round or a person wrote, else what the project began from."""
    (type,) = assignment.expected_outputs
    found = filter(None, (assignment.input(type), assignment.input(BuiltInArtifact.SOURCE_CODE)))
    return next((unpack(each.content) for each in found if each.media_type == FILES), {})


def _impossible(reason: str, assignment: Assignment) -> str:
    """Return the reason for a person, with the failed acceptance tests that it is about."""
    results = assignment.input(BuiltInArtifact.TEST_RESULTS)
    disputed = failed_tests(results.text, reason) if results is not None else []
    said = f"it reported that the task is impossible: {reason.strip().rstrip('.')}."
    return f"{said} Of the acceptance tests that it names, these failed: {'; '.join(disputed)}." if disputed else said


def _confidence(turns: int, rounds: int, weakened_tests: int) -> float:
    return max(0.1, round(0.95 - 0.01 * turns - 0.1 * (rounds - 1) - 0.2 * bool(weakened_tests), 2))
