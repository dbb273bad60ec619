"""Reads and writes a transcript: a fingerprint checks each stored entry, as a replay checks a history."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from crew.model.call_metrics import count_entry
from crew.model.tool import Tool, schema_of
from crew.transcript import Entry, EntryKind, Transcript
from models.contracts.usage import Fallback

CHANGED = "It answers what is no longer asked: a prompt or a tool has changed."


@dataclass
class Used:
    """What a task has used in all its attempts, with what was discarded. Cost in US dollars.

    `calls` are all calls of a model, and `turns` those that have returned something; `bytes` are those of the messages;
    `asked_for` and `answered_by` are the names of the models; `problem` is why the newest discarded call was; `current`
    is the model that is to be asked next, and `fallbacks` those that failed.
    """

    calls: int = 0
    turns: int = 0
    bytes: int = 0
    tool_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    asked_for: set[str] = field(default_factory=set)
    answered_by: set[str] = field(default_factory=set)
    problem: str | None = None
    current: str | None = None
    fallbacks: list[Fallback] = field(default_factory=list)

    @property
    def last_problem(self) -> str:
        """The problem as a sentence to add to another one."""
        return f" The last call that could not be used: {self.problem}" if self.problem else ""

    def count(self, entry: Entry) -> None:
        """Count an entry of the transcript."""
        self.turns += entry.kind is EntryKind.RESPONSE
        self.bytes += len(entry.body)
        self.tool_calls += entry.kind is EntryKind.TOOL_RESULT
        self.input_tokens += entry.input_tokens
        self.output_tokens += entry.output_tokens
        self.cost_usd += entry.cost_usd
        if entry.kind in (EntryKind.RESPONSE, EntryKind.FAILED_CALL):
            self.calls += 1
            self.asked_for.update(filter(None, [entry.asked_for]))
            self.answered_by.update(filter(None, [entry.model]))
            self.problem = entry.discarded or self.problem
            self.current = entry.asked_for or self.current
        if entry.kind is EntryKind.FAILED_CALL and (next_model := fallback_in(entry.body)):
            self.current = next_model
            self.fallbacks.append(
                Fallback(failed=entry.asked_for or "", reason=entry.discarded or "", asked_instead=next_model)
            )


class TranscriptCursor:
    """Reads a transcript from its start while it fits, and writes it from there on.

    Each entry's fingerprint is the hash of everything before it. Where a stored entry does not fit, because a prompt or
    a tool has changed, it and all later ones are discarded and asked for again. What they used stays in `used`.
    """

    def __init__(self, transcript: Transcript, entries: list[Entry]) -> None:
        self._transcript = transcript
        self._stored = [entry for entry in entries if entry.discarded is None]
        self._count = len(entries)
        self.used = Used()
        self._permitted: Counter[str] = Counter()
        for entry in entries:
            self._note(entry)
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
        self, kind: EntryKind, body: bytes, *, call_id: str | None = None, settles: UUID | None = None, **figures: Any
    ) -> None:
        """Store an entry after those that fit. One that is `discarded` does not become part of the conversation.

        Args:
            figures: the other fields of the entry.
        """
        if self.is_replaying:
            await self.rewind(self.position, CHANGED)
        entry = Entry(self._count, kind, self._fingerprint, body, call_id, **figures)
        await self._transcript.add(entry, settles)
        count_entry(entry)
        self._count += 1
        self._note(entry)
        if entry.discarded is None:
            self._stored.append(entry)
            self._advance(entry)

    async def rewind(self, position: int, reason: str) -> None:
        """Discard the entries from a position on."""
        await self._transcript.discard(self._stored[position].position, reason)
        del self._stored[position:]

    async def end(self) -> None:
        """Discard what is stored after the end of the step."""
        if self.is_replaying:
            await self.rewind(self.position, "Another version of BotArmy did not end the step before this.")

    def permissions_lost(self, digest: str) -> int:
        """Return how many calls with this digest a person permitted and were made, but are discarded: what they did
        stays, and so their permissions are used up."""
        kept = sum(permitted_in(entry) == digest for entry in self._stored)
        return self._permitted[digest] - kept

    def _note(self, entry: Entry) -> None:
        self.used.count(entry)
        if digest := permitted_in(entry):
            self._permitted[digest] += 1

    def _advance(self, entry: Entry) -> None:
        digest = hashlib.sha256(f"{self._fingerprint}\n{entry.kind}\n{entry.call_id}\n".encode())
        digest.update(entry.body)
        self._fingerprint = digest.hexdigest()
        self.position += 1


def permitted_in(entry: Entry) -> str | None:
    """Return the digest of the call that a person had permitted and that began here, if one did."""
    found = orjson.loads(entry.body) if entry.kind is EntryKind.REMARK else None
    return found.get("permitted") if isinstance(found, dict) else None


def fallback_in(body: bytes) -> str | None:
    """Return the model that is asked instead of the one whose call failed, if another one is."""
    found = orjson.loads(body)
    return found[0].get("fallback") if isinstance(found, list) and found else None


def describe_tools(tools: tuple[Tool, ...]) -> list[dict[str, object]]:
    """Return the tools as they are pinned with the prompt."""
    return [{"name": tool.name, "description": tool.description, "schema": schema_of(tool.arguments)} for tool in tools]


def dump(value: object) -> bytes:
    """Return JSON with sorted keys: equal values have equal bytes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
