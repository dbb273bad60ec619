"""Reads and writes a transcript: a fingerprint checks each stored entry, as a replay checks a history."""

from __future__ import annotations

import hashlib
from uuid import UUID

import orjson

from crew.model.tool import Tool
from crew.transcript import Entry, EntryKind, Transcript


class TranscriptCursor:
    """Reads a transcript from its start while it fits, and writes it from there on.

    Each entry's fingerprint is the hash of everything before it. Where a stored entry does not fit, because a prompt or
    a tool has changed, it and all later ones are deleted and asked for again.
    """

    def __init__(self, transcript: Transcript, entries: list[Entry]) -> None:
        self._transcript = transcript
        self._stored = entries
        self.position = 0
        self._fingerprint = ""

    @property
    def is_replaying(self) -> bool:
        return self.position < len(self._stored)

    def next(self, kind: EntryKind, call_id: str | None = None) -> Entry | None:
        """Return the next stored entry if it is of this kind and fits, and go past it; else None."""
        if not self.is_replaying:
            return None
        entry = self._stored[self.position]
        if (entry.kind, entry.call_id, entry.fingerprint) != (kind, call_id, self._fingerprint):
            return None
        self._advance(entry)
        return entry

    def peek(self) -> Entry | None:
        """Return the next stored entry, whether it fits or not."""
        return self._stored[self.position] if self.is_replaying else None

    async def add(
        self,
        kind: EntryKind,
        body: bytes,
        *,
        call_id: str | None = None,
        settles: UUID | None = None,
        model: str | None = None,
        input_tokens: int = 0,
        output_tokens: int = 0,
        cached_tokens: int = 0,
        cost_usd: float = 0.0,
        seconds: float = 0.0,
    ) -> None:
        """Store an entry after those that fit."""
        if self.is_replaying:
            await self.rewind(self.position)
        entry = Entry(
            self.position, kind, self._fingerprint, body, call_id, model, input_tokens, output_tokens, cached_tokens,
            cost_usd, seconds,
        )  # fmt: skip
        await self._transcript.add(entry, settles)
        self._stored.append(entry)
        self._advance(entry)

    async def rewind(self, position: int) -> None:
        """Delete the entries from a position on. What they cost stays booked."""
        await self._transcript.discard(position)
        del self._stored[position:]

    async def end(self) -> None:
        """Delete what is stored after the end of the step: another version did not end it there."""
        if self.is_replaying:
            await self.rewind(self.position)

    def _advance(self, entry: Entry) -> None:
        digest = hashlib.sha256(f"{self._fingerprint}\n{entry.kind}\n{entry.call_id}\n".encode())
        digest.update(entry.body)
        self._fingerprint = digest.hexdigest()
        self.position += 1


def describe_tools(tools: tuple[Tool, ...]) -> list[dict[str, object]]:
    """Return the tools as they are pinned with the prompt."""
    return [
        {"name": tool.name, "description": tool.description, "schema": tool.arguments.model_json_schema()}
        for tool in tools
    ]


def dump(value: object) -> bytes:
    """Return JSON with sorted keys: equal values have equal bytes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
