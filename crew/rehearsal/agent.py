"""What all rehearsal agents do: read the assignment, take their time, obey the controls, answer for every output."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from crew.protocol import AgentError, Assignment, Draft, Outcome, Step, Usage
from crew.rehearsal.controls import rehearsal_controls
from crew.rehearsal.memo import memo
from crew.rehearsal.pace import take_time
from crew.rehearsal.work import Work, read_work
from models.contracts.enums import Verdict

_CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True)
class Produce:
    """What an agent wrote of what it is good at."""

    drafts: Sequence[Draft] = ()
    verdict: Verdict | None = None
    note: str | None = None


class RehearsalAgent(ABC):
    """One member of the rehearsal crew.

    Args:
        step_seconds: how long a step takes where the brief does not say.
    """

    progress: ClassVar[Sequence[str]]
    """What the agent says it is doing, in order, while a step takes its time."""

    only_writes: ClassVar[bool] = True
    """Whether it starts no other process."""

    def __init__(self, step_seconds: float) -> None:
        self._step_seconds = step_seconds

    def is_short(self, brief: str) -> bool:
        """Short are those who only write, unless the brief asks them to take time or to fail."""
        try:
            controls = rehearsal_controls(brief)
        except AgentError:
            return False
        seconds = self._step_seconds if controls.step_seconds is None else controls.step_seconds
        return self.only_writes and not seconds and controls.fail_step is None

    async def run(self, assignment: Assignment, step: Step) -> Outcome:
        """Do one step; the same assignment gives the same drafts, byte for byte."""
        work = await read_work(assignment)
        asked = work.controls.step_seconds
        await take_time(self._step_seconds if asked is None else asked, self.progress, step)
        await _fail_if_asked(work, step)
        produce = await self.produce(work, step)
        written = {draft.type: draft for draft in produce.drafts}
        confidence = work.controls.confidence_at(assignment.stage)
        return Outcome(
            drafts=tuple(written.get(type) or memo(work, type) for type in assignment.expected_outputs),
            verdict=produce.verdict,
            confidence=_CONFIDENCE if confidence is None else confidence,
            usage=Usage(model="rehearsal"),
            note=produce.note,
        )

    @abstractmethod
    async def produce(self, work: Work, step: Step) -> Produce:
        """Write those of the expected outputs that are this agent's trade; the others become memos."""


async def _fail_if_asked(work: Work, step: Step) -> None:
    failure = work.controls.fail_step
    if failure is None or failure.stage != work.assignment.stage:
        return
    # A failure that is final ends the task, and a redo is the next round; a passing one is retried within the task.
    saved = step.checkpoint or {}
    earlier = int(saved.get("failures", 0))
    if failure.retryable:
        due = work.assignment.round == 1 and earlier < failure.times
    else:
        due = work.assignment.round <= failure.times
    if due:
        await step.save({**saved, "failures": earlier + 1})
        raise AgentError(
            f"The brief asks stage {failure.stage} to fail ({failure.times} times): this is a rehearsed failure.",
            retryable=failure.retryable,
        )
