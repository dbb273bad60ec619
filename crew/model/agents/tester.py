"""The tester: writes acceptance tests before it has seen the code; later runs them. No model decides the verdict."""

from __future__ import annotations

import asyncio

from artifacts.file_sets import pack, unpack
from artifacts.media_types import FILES
from crew.model.agents.coder import FileArguments, Finish, Nothing, PathArguments
from crew.model.agents.file_tools import file_tools
from crew.model.agents.input_tools import read_artifact_tool
from crew.model.agents.run_report import report
from crew.model.agents.services import AgentServices, run_conversation
from crew.model.requirement_coverage import requirement_ids, uncovered
from crew.model.tool import Tool, ToolError
from crew.model.toolchains import entry_point, toolchain_of
from crew.model.workspace import Workspace
from crew.model.written_tests import Baseline
from crew.protocol import Assignment, Draft, Outcome, Step
from crew.wording import pytest_note
from models.contracts.enums import Verdict
from models.contracts.names import BuiltInArtifact
from sandbox import product_interface

WEAKENED = "The acceptance tests are weaker than those of the earlier round:"
"""How the warning begins if the tester has removed, skipped, emptied or weakened tests."""


class AcceptanceTester:
    """Writes the acceptance tests from specification and plan."""

    def __init__(self, services: AgentServices) -> None:
        self._services = services

    async def run(self, assignment: Assignment, step: Step) -> Outcome:
        specification = assignment.input(BuiltInArtifact.SOFTWARE_SPECIFICATION)
        wanted = requirement_ids(specification.text) if specification else []
        earlier = assignment.input(BuiltInArtifact.ACCEPTANCE_TESTS)
        before = unpack(earlier.content) if earlier else {}
        workspace = Workspace(before, packages=frozenset({"product"}))
        sandbox = self._services.sandbox

        async def write_test(arguments: FileArguments) -> str:
            return await asyncio.to_thread(workspace.write, arguments.path, arguments.content)

        async def problems() -> list[str]:
            if not workspace.files:
                return ["there are no tests yet; write them with write_test."]
            checked = await sandbox.check_acceptance(workspace.files)
            found = list(checked.problems)
            if missing := await asyncio.to_thread(uncovered, wanted, workspace.files):
                found.append(f"no test covers {', '.join(missing)}: begin its docstring with the number.")
            return found

        async def check_tests(_: Nothing) -> str:
            found = await problems()
            return "\n".join(f"- {each}" for each in found) if found else "All tests can be used."

        async def finish(_: Finish) -> str:
            if found := await problems():
                raise ToolError("the tests cannot be used yet: " + " ".join(found))
            return "Finished."

        tools = (
            read_artifact_tool(assignment.inputs),
            *(_tools_for_earlier(workspace) if earlier else ()),
            Tool("write_test", "Create or replace a test file.", FileArguments, write_test, is_pure=True),
            Tool("check_tests", "Check that the tests can be used.", Nothing, check_tests, in_sandbox=True),
            Tool(
                "finish",
                "End the step. Refused while a test cannot be used.",
                Finish,
                finish,
                ends=True,
                in_sandbox=True,
            ),
        )
        completed = await run_conversation(
            self._services, assignment, step, "acceptance", tools, product=product_interface()
        )
        (type,) = assignment.expected_outputs
        weakened = await asyncio.to_thread(lambda: Baseline(before).weakened_tests(workspace.files))
        warning = f"{WEAKENED} {'; '.join(weakened)}." if weakened else None
        return Outcome(
            drafts=(Draft(type, pack(workspace.files), FILES),),
            confidence=max(0.1, round(0.95 - 0.02 * completed.turns, 2)),
            usage=completed.usage,
            note=warning,
            warning=warning,
        )


def _tools_for_earlier(workspace: Workspace) -> tuple[Tool, ...]:
    """Return the tools for the tests of an earlier round."""

    async def delete_file(arguments: PathArguments) -> str:
        return workspace.delete(arguments.path)

    return (
        *file_tools(workspace, "test files"),
        Tool("delete_file", "Delete a test file.", PathArguments, delete_file, is_pure=True),
    )


class AcceptanceRunner:
    """Runs the unit tests and the acceptance tests of the code. It asks no model."""

    def __init__(self, services: AgentServices) -> None:
        self._services = services

    async def run(self, assignment: Assignment, step: Step) -> Outcome:
        source, tests = (
            assignment.input(BuiltInArtifact.SOURCE_CODE),
            assignment.input(BuiltInArtifact.ACCEPTANCE_TESTS),
        )
        plan = assignment.input(BuiltInArtifact.IMPLEMENTATION_PLAN)
        specification = assignment.input(BuiltInArtifact.SOFTWARE_SPECIFICATION)
        files = unpack(source.content) if source and source.media_type == FILES else {}
        unit = acceptance = None
        toolchain = toolchain_of(assignment)
        entry = entry_point(plan.text if plan else None, files, toolchain)
        if files:
            await step.progress("running the unit tests in the sandbox")
            unit = await self._services.sandbox.run_tests(files, loopback=True, toolchain=toolchain)
        if files and tests is not None and entry is not None:
            await step.progress("running the acceptance tests in the sandbox")
            acceptance = await self._services.sandbox.run_acceptance(
                files, unpack(tests.content), entry, toolchain=toolchain
            )
        passed = (
            unit is not None
            and unit.passed
            and (acceptance is None if tests is None else acceptance is not None and acceptance.passed)
        )
        (type,) = assignment.expected_outputs
        text = await asyncio.to_thread(
            report,
            assignment.project_name,
            specification.text if specification else "",
            unit,
            acceptance,
            unpack(tests.content) if tests else None,
            entry,
            source.note if source else None,
            tests.note if tests else None,
        )
        return Outcome(
            drafts=(Draft(type, text.encode()),),
            verdict=Verdict.PASSED if passed else Verdict.FAILED,
            warning=pytest_note(unit.need_pytest) if unit else None,
        )
