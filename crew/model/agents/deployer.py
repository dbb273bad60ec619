"""The deployer: builds the package and tests it as built; a model writes the words that go with it."""

from __future__ import annotations

import asyncio

from artifacts import zips
from artifacts.file_sets import unpack
from artifacts.media_types import FILES, ZIP
from artifacts.paths import slug
from crew.markdown import code_block
from crew.model.agents.input_tools import reading_tools
from crew.model.agents.run_report import note_on
from crew.model.agents.services import AgentServices, run_conversation
from crew.model.outputs import DeliveryNotes
from crew.model.packaging import pyproject
from crew.model.prompt import begins_from_source
from crew.model.tool import Tool
from crew.model.toolchains import toolchain_of
from crew.protocol import AgentError, Assignment, Draft, Outcome, Step
from crew.wording import file_table, package_lines, pytest_note, result_of, title_of
from models.contracts.enums import Verdict
from models.contracts.names import BuiltInArtifact
from sandbox import RunReport
from sandbox.toolchain import python

WRITTEN_BY_MODEL = "Written by language models with BotArmy."
"""The mark of what models wrote (EU AI Act, article 50)."""


class Deployer:
    def __init__(self, services: AgentServices) -> None:
        self._services = services

    async def run(self, assignment: Assignment, step: Step) -> Outcome:
        source = assignment.input(BuiltInArtifact.SOURCE_CODE)
        if source is None or source.media_type != FILES:
            raise AgentError("its inputs contain no source code to package.", retryable=False)
        files = unpack(source.content)

        async def submit(notes: DeliveryNotes) -> str:
            return "Submitted."

        is_changed = begins_from_source(assignment)
        tools = (
            *reading_tools(assignment.inputs),
            Tool(
                "submit", "Hand back the words of the delivery; this ends your step.", DeliveryNotes, submit, ends=True
            ),
        )
        completed = await run_conversation(self._services, assignment, step, "deployer", tools)
        notes = completed.arguments
        assert isinstance(notes, DeliveryNotes)
        words = {
            "README.md": f"{notes.readme.rstrip()}\n\n---\n{WRITTEN_BY_MODEL}\n",
            "AGENTS.md": notes.agents_md.rstrip() + "\n",
        }
        root = slug(assignment.project_name) or "delivery"
        toolchain = toolchain_of(assignment)
        installable = pyproject(root, files) if toolchain == python() else {}
        # What a person's code says about itself is the coder's to change.
        files = {**words, **files, **installable} if is_changed else {**files, **words, **installable}
        package = await asyncio.to_thread(zips.pack, files, root)
        await step.progress("testing the package as it was built")
        built = await asyncio.to_thread(zips.unpack, package, root)
        run = await self._services.sandbox.run_tests(built, loopback=True, toolchain=toolchain)
        log = _log(assignment.project_name, notes, package, root, files, run, source.note)
        drafts = {
            BuiltInArtifact.DEPLOYMENT_PACKAGE: Draft(BuiltInArtifact.DEPLOYMENT_PACKAGE, package, ZIP),
            BuiltInArtifact.DEPLOYMENT_LOG: Draft(BuiltInArtifact.DEPLOYMENT_LOG, log.encode()),
        }
        return Outcome(
            drafts=tuple(drafts[BuiltInArtifact(type)] for type in assignment.expected_outputs),
            verdict=Verdict.PASSED if run.passed else Verdict.FAILED,
            usage=completed.usage,
            warning=pytest_note(run.need_pytest),
        )


def _log(
    project: str,
    notes: DeliveryNotes,
    package: bytes,
    root: str,
    files: dict[str, str],
    run: RunReport,
    note: str | None,
) -> str:
    return "\n".join(
        [
            f"# {title_of(BuiltInArtifact.DEPLOYMENT_LOG)}: {project}",
            "",
            *code_block(notes.release_notes.strip()),
            "",
            "## Package",
            "",
            *package_lines(package, root),
            "",
            result_of(run, "tests of the built package"),
            *note_on("code", note),
            "",
            "## Contents",
            "",
            *file_table(files),
            "",
            WRITTEN_BY_MODEL,
            "",
        ]
    )
