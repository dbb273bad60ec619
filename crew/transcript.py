"""The stored conversation of a task with a model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class SupersededAttemptError(Exception):
    """Another attempt of the same task has written this position of the transcript: this attempt must end."""


class EntryKind(StrEnum):
    """What an entry of a transcript is: the prompt, a model's response, a tool's result, or a remark of
    ours to the model (a correction, a nudge)."""

    PROMPT = "prompt"
    RESPONSE = "response"
    TOOL_RESULT = "tool_result"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a conversation with a model.

    `fingerprint` identifies everything that the message answers: the prompts' version, tools, settings and all messages
    before it. `body` is JSON. `cost_usd` is in US dollars, `seconds` how long the call or the tool took.
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


class Transcript(Protocol):
    """The stored conversation of a task, which outlives the attempts of its step."""

    async def entries(self) -> list[Entry]:
        """Return the stored entries in order."""

    async def add(self, entry: Entry, settles: UUID | None = None) -> None:
        """Store the next entry, and in the same transaction settle the reservation of the call that it comes from.

        Raises:
            SupersededAttemptError: another attempt has stored an entry at this position.
        """

    async def discard(self, position: int) -> None:
        """Delete the entries from a position on: they answer something that is no longer asked."""

    async def reserve(self, amount_usd: float) -> UUID:
        """Reserve what a call may cost at most. Return the reservation.

        Raises:
            BudgetExhaustedError: a budget does not allow it.
        """

    async def release(self, reservation: UUID, cost_usd: float = 0.0) -> None:
        """Settle a reservation whose call returned nothing to store."""
