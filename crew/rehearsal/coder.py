"""The coder: writes source code with a test for each requirement."""

from __future__ import annotations

import asyncio

from artifacts.file_sets import pack
from artifacts.media_types import FILES
from crew.protocol import Draft, Step
from crew.rehearsal.agent import RehearsalAgent, StepDraft
from crew.rehearsal.task_context import TaskContext
from crew.rehearsal.writing.package import package_files
from models.contracts.names import BuiltInArtifact


class Coder(RehearsalAgent):
    progress_messages = ("reading the plan", "writing the modules", "writing the tests", "reviewing the code")

    async def write_outputs(self, context: TaskContext, step: Step) -> StepDraft:
        if not context.expects(BuiltInArtifact.SOURCE_CODE):
            return StepDraft()
        broken = context.assignment.round <= context.controls.fail_tests_rounds
        if context.given is None:
            return StepDraft([Draft(BuiltInArtifact.SOURCE_CODE, pack(package_files(context, broken)), FILES)])
        # It may be large.
        packed = await asyncio.to_thread(lambda: pack(package_files(context, broken)))
        note = "The code that the project began from is kept as it is."
        return StepDraft([Draft(BuiltInArtifact.SOURCE_CODE, packed, FILES)], note=note)
