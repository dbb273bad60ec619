"""The base class of all rehearsal agents."""

from __future__ import annotations

import asyncio
import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from crew.protocol import AgentError, Assignment, Draft, Outcome, Step
from crew.rehearsal.controls import rehearsal_controls
from crew.rehearsal.task_context import TaskContext, read_assignment
from crew.rehearsal.writing.document import source_note
from crew.rehearsal.writing.generic_document import generic_document
from models.contracts.enums import Verdict
from models.contracts.names import REHEARSAL
from models.contracts.usage import Usage

_CONFIDENCE = 0.9

# Below any heartbeat timeout, and short enough to show progress.
_MAX_SLICE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class StepDraft:
    """What an agent produced: drafts of its own types of artifact, a verdict, a note and a warning."""

    drafts: Sequence[Draft] = ()
    verdict: Verdict | None = None
    note: str | None = None
    warning: str | None = None


class RehearsalAgent(ABC):
    """One member of the rehearsal crew.

    Args:
        step_seconds: how long a step takes, unless the brief sets it.
    """

    progress_messages: ClassVar[Sequence[str]]
    """Shown in order while a slow step runs."""

    only_writes: ClassVar[bool] = True
    """Whether the agent starts no other process."""

    def __init__(self, step_seconds: float) -> None:
        self._step_seconds = step_seconds

    def is_short(self, brief: str) -> bool:
        """Return whether the agent only writes, and the brief asks for neither delays nor failures."""
        try:
            controls = rehearsal_controls(brief)
        except AgentError:
            return False
        seconds = self._step_seconds if controls.step_seconds is None else controls.step_seconds
        return self.only_writes and not seconds and controls.fail_step is None

    def messages(self, assignment: Assignment) -> Sequence[str]:
        """Return the progress messages of an assignment."""
        return self.progress_messages

    async def run(self, assignment: Assignment, step: Step) -> Outcome:
        """Run one step; the same assignment yields the same drafts, byte for byte."""
        context = await read_assignment(assignment)
        seconds = context.controls.step_seconds
        await _wait(self._step_seconds if seconds is None else seconds, self.messages(assignment), step)
        await _fail_if_requested(context, step)
        written = await self.write_outputs(context, step)
        drafts = {draft.type: draft for draft in written.drafts}
        confidence = context.controls.confidence_at(assignment.stage)
        return Outcome(
            drafts=tuple(drafts.get(type) or generic_document(context, type) for type in assignment.expected_outputs),
            verdict=written.verdict,
            confidence=_CONFIDENCE if confidence is None else confidence,
            usage=Usage(model=REHEARSAL, input_tokens=0, output_tokens=0, cost_usd=0.0),
            note=written.note or source_note(context),
            warning=written.warning,
        )

    @abstractmethod
    async def write_outputs(self, context: TaskContext, step: Step) -> StepDraft:
        """Write the expected outputs that this role knows; the others become generic documents."""


async def _wait(seconds: float, messages: Sequence[str], step: Step) -> None:
    """Sleep in slices of at most a second, and report progress before each. Return at once if `seconds` is 0."""
    if seconds <= 0:
        return
    slices = max(len(messages), math.ceil(seconds / _MAX_SLICE_SECONDS))
    for index in range(slices):
        await step.progress(messages[index * len(messages) // slices], index / slices)
        await asyncio.sleep(seconds / slices)


async def _fail_if_requested(context: TaskContext, step: Step) -> None:
    failure = context.controls.fail_step
    if failure is None or failure.stage != context.assignment.stage:
        return
    # A person lets the task continue after a final failure, or repeats it; a retryable failure is retried before.
    saved = step.checkpoint or {}
    earlier = int(saved.get("failures", 0))
    if failure.retryable:
        fails = context.assignment.round == 1 and earlier < failure.times
    else:
        fails = context.assignment.round + context.assignment.continued <= failure.times
    if fails:
        await step.save({**saved, "failures": earlier + 1})
        raise AgentError(
            f"Rehearsed failure: the brief makes step {failure.stage} fail {failure.times} times.",
            retryable=failure.retryable,
        )
