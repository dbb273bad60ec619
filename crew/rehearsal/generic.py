"""The agents of roles that a pipeline declares: they write documents of what they received."""

from __future__ import annotations

from crew.protocol import Step
from crew.rehearsal.agent import RehearsalAgent, StepDraft
from crew.rehearsal.task_context import TaskContext
from models.contracts.enums import Verdict


class Writer(RehearsalAgent):
    progress_messages = ("reading the inputs", "writing the document")

    async def write_outputs(self, context: TaskContext, step: Step) -> StepDraft:
        return StepDraft()


class Reviewer(RehearsalAgent):
    """Passes whatever it reviews, and its report says that no model was used."""

    progress_messages = ("reading the inputs", "writing the report")

    async def write_outputs(self, context: TaskContext, step: Step) -> StepDraft:
        return StepDraft(verdict=Verdict.PASSED)
