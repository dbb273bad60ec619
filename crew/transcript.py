"""The stored conversation of a task with a model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from models.contracts.budget import Amounts


class SupersededAttemptError(Exception):
    """The task has started again, because the worker of this attempt was presumed dead: this attempt must end."""

    def __init__(self, task_id: UUID) -> None:
        super().__init__(f"task {task_id} has started again")


class EntryKind(StrEnum):
    """What an entry of a transcript is: the prompt, a model's response, a tool's result, a remark of ours to the model
    (a correction, a nudge), or a call that returned nothing, which the provider may still bill."""

    PROMPT = "prompt"
    RESPONSE = "response"
    TOOL_RESULT = "tool_result"
    REMARK = "remark"
    FAILED_CALL = "failed_call"


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a conversation with a model.

    `fingerprint` identifies everything that the message answers: the prompts' version, tools, settings and all messages
    before it. `body` is JSON. `asked_for` is the model that was asked, as `provider:model`, and `model` the one that
    answered. `cost_usd` is in US dollars, `seconds` how long the call or the tool took. `discarded` says why the entry
    is not part of the conversation, if it is not: it only tells what was paid.
    """

    position: int
    kind: EntryKind
    fingerprint: str
    body: bytes
    call_id: str | None = None
    model: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float = 0.0
    seconds: float = 0.0
    asked_for: str | None = None
    discarded: str | None = None


class Transcript(Protocol):
    """The stored conversation of a task, which outlives the attempts of its step.

    Every method but `entries` raises SupersededAttemptError, and writes nothing, once the task has started again.
    """

    async def entries(self) -> list[Entry]:
        """Book the calls of earlier attempts that died. Return all stored entries in order, the discarded ones, too."""

    async def add(self, entry: Entry, settles: UUID | None = None) -> None:
        """Store the next entry, and in the same transaction settle the reservation of the call that it comes from.

        Its position is the number of the entries before it, the discarded ones among them.
        """

    async def discard(self, position: int, reason: str) -> None:
        """Take the entries from a position on out of the conversation. What they cost stays booked."""

    async def reserve(self, needs: Amounts, step_usd: float) -> UUID:
        """Reserve what a call may use at most, unless a person has stopped the step. Return the reservation.

        Args:
            step_usd: what the step may cost in all, unless its stage has a budget.

        Raises:
            BudgetExhaustedError: a budget does not allow it.
            StoppedError: a stop holds the step.
        """

    async def release(self, reservation: UUID) -> None:
        """Settle the reservation of a call that cost nothing."""
