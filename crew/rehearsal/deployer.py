"""The deployer: builds and checks the package, and writes the log of what is in it."""

from __future__ import annotations

import asyncio

from artifacts import zips
from artifacts.file_sets import unpack
from artifacts.media_types import FILES, ZIP
from crew.protocol import Draft, InputArtifact, Step
from crew.rehearsal.agent import RehearsalAgent, StepDraft
from crew.rehearsal.task_context import TaskContext, readable_text
from crew.rehearsal.tester import result_sections
from crew.rehearsal.writing.document import document
from crew.rehearsal.writing.package import VERSION, distribution_name
from crew.wording import file_table, package_lines, pytest_note
from models.contracts.enums import Verdict
from models.contracts.names import BuiltInArtifact
from sandbox import RunReport, SandboxPort


class Deployer(RehearsalAgent):
    only_writes = False
    progress_messages = ("reading the test results", "collecting the files", "building the package")

    def __init__(self, step_seconds: float, sandbox: SandboxPort) -> None:
        super().__init__(step_seconds)
        self._sandbox = sandbox

    async def write_outputs(self, context: TaskContext, step: Step) -> StepDraft:
        if not context.expects(BuiltInArtifact.DEPLOYMENT_PACKAGE, BuiltInArtifact.DEPLOYMENT_LOG):
            return StepDraft()
        source = context.assignment.input(BuiltInArtifact.SOURCE_CODE)
        runnable = source is not None and source.media_type == FILES
        files = unpack(source.content) if source and runnable else _documents(context.assignment.inputs)
        root = f"{distribution_name(context.brief.title)}-{VERSION}"
        package = await asyncio.to_thread(zips.pack, files, root)
        run = await self._check(package, root, step, harmless=source.by_agent) if source and runnable else None
        log = document(
            context,
            BuiltInArtifact.DEPLOYMENT_LOG,
            [
                ("Package", package_lines(package, root)),
                ("Contents", file_table(files)),
                ("Check", _check_lines(run)),
                *(result_sections(run)[1:] if run else []),
            ],
        )
        drafts = [Draft(BuiltInArtifact.DEPLOYMENT_PACKAGE, package, ZIP), log]
        if run is None:
            return StepDraft(drafts)
        return StepDraft(drafts, Verdict.PASSED if run.passed else Verdict.FAILED, warning=pytest_note(run.need_pytest))

    async def _check(self, package: bytes, root: str, step: Step, *, harmless: bool) -> RunReport:
        """Run the tests from the built package rather than from the source files."""
        await step.progress("checking the package: running its tests in the sandbox", None)
        files = await asyncio.to_thread(zips.unpack, package, root)
        return await self._sandbox.run_tests(files, harmless=harmless)


def _documents(inputs: tuple[InputArtifact, ...]) -> dict[str, str]:
    """Return the readable inputs, for a pipeline that delivers documents instead of code."""
    texts = {f"{each.type}-v{each.version}.md": text for each in inputs if (text := readable_text(each)) is not None}
    return texts or {"README.md": "> **Rehearsal.** No model was used.\n\nThere was nothing to package.\n"}


def _check_lines(run: RunReport | None) -> list[str]:
    if run is None:
        return ["The inputs contain no source code: the package holds documents, and no tests were run."]
    _, result = result_sections(run)[0]
    return ["The package was unpacked, and all its tests were run.", "", *result]
