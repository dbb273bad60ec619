"""The coder: writes and changes files, runs their tests, and ends when they pass."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from pydantic import ConfigDict

from artifacts.file_sets import pack, unpack
from artifacts.media_types import FILES
from crew.model.agents.file_tools import file_tools
from crew.model.agents.input_tools import read_artifact_tool
from crew.model.agents.run_report import failed_tests
from crew.model.agents.services import AgentServices, run_conversation
from crew.model.requirement_coverage import requirement_ids, uncovered
from crew.model.tool import Arguments, Tool, ToolError
from crew.model.toolchains import toolchain_of
from crew.model.workspace import Workspace
from crew.model.written_tests import Baseline, need_pytest
from crew.protocol import AgentError, Assignment, Draft, Outcome, Step
from crew.wording import pytest_note, result_of
from models.contracts.names import BuiltInArtifact
from sandbox import RunReport, SandboxPort
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
        assert isinstance(completed.arguments, Finish)
        said = completed.arguments.summary.strip()
        weakened = await asyncio.to_thread(tests.weakened_tests, workspace.files)
        not_run = await asyncio.to_thread(need_pytest, workspace.files) if workspace.toolchain.is_built_in else 0
        warnings = [f"{WEAKENED} {'; '.join(weakened)}."] if weakened else []
        warnings += filter(None, [pytest_note(not_run)])
        (type,) = assignment.expected_outputs
        return Outcome(
            drafts=(Draft(type, pack(workspace.files), FILES),),
            confidence=_confidence(completed.turns, assignment.round, len(weakened)),
            usage=completed.usage,
            note=" ".join([*warnings, said]),
            warning=" ".join(warnings) or None,
        )


def _tools(workspace: Workspace, tests: Baseline, assignment: Assignment, sandbox: SandboxPort) -> tuple[Tool, ...]:
    specification = assignment.input(BuiltInArtifact.SOFTWARE_SPECIFICATION)
    wanted = requirement_ids(specification.text) if specification else []

    async def changed(path: str, change: Callable[..., str], *arguments: str) -> str:
        done = await asyncio.to_thread(change, *arguments)
        await asyncio.to_thread(tests.record, workspace.files, path)
        return done

    async def write_file(arguments: FileArguments) -> str:
        return await changed(arguments.path, workspace.write, arguments.path, arguments.content)

    async def replace(arguments: Replacement) -> str:
        return await changed(arguments.path, workspace.replace, arguments.path, arguments.old, arguments.new)

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
        *file_tools(workspace),
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


async def _run(workspace: Workspace, sandbox: SandboxPort) -> RunReport:
    if not workspace.files:
        raise ToolError("there are no files.")
    return await sandbox.run_tests(workspace.files, loopback=True, toolchain=workspace.toolchain)


def describe(run: RunReport, toolchain: Toolchain) -> str:
    """Return a test run for a model: the counts, each test that did not pass, and the output."""
    failed = [f"- {name}: {outcome}" for name, outcome in run.not_passed]
    stopped = [f"The run was stopped: it {run.stopped}."] if run.stopped else []
    found = "that can be run were found" if run.need_pytest else "were found"
    none = [f"No tests {found}: they are {toolchain.tests_are}."] if run.need_pytest == len(run.outcomes) else []
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
