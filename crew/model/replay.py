"""Runs a step again from its recording, without a provider: would today's code ask the same and do the same?

It is the same loop that a later attempt of a step runs. A task keeps the prompt that it began with, so another prompt
is no difference; other tools are. `python -m crew.model.replay` reads a recording (JSON) from standard input and prints
the result (JSON). Exit code 0: the same, 1: it differs, 2: it cannot be replayed.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

import orjson
from pydantic import ValidationError

from artifacts.errors import InvalidArtifactError
from crew.model.agents.services import AgentServices
from crew.model.crew import RoleDispatcher
from crew.model.dialect import Dialect, JsonText, NativeTools
from crew.model.replay_ports import (
    NewEntryError,
    NoProvider,
    NoSandbox,
    RecordedMcpTools,
    ReplayedStep,
    StoredTranscript,
)
from crew.protocol import AgentError, Assignment, InputArtifact
from crew.transcript import Entry, EntryKind
from models.contracts.recording import Recording

SAME, DIFFERENT, NOT_REPLAYABLE = 0, 1, 2
"""The exit codes."""

_DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in (NativeTools(), JsonText())}
_NOBODY = UUID(int=0)


class ReplayError(Exception):
    """The recording cannot be replayed; the message says why."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first stored message that would differ today, counted from 1: what it is, and what it would be."""

    entry: int
    stored: str
    now: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """A replay. `turns`, `calls` of tools and `entries` are those of the recording. No difference: it is the same."""

    turns: int
    calls: int
    entries: int
    difference: Difference | None


async def replay(recording: Recording) -> Replayed:
    """Run the step of a recording again.

    A recording may end in the middle, because the step failed or is still running. It is the same if nothing differs
    until there.

    Raises:
        ReplayError: it asked no model, or the step cannot begin with what it was given.
    """
    entries = _entries(recording)
    dialect = _dialect(entries)
    entries = [replace(entry, asked_for=_model_of(_dialect_at(entries, entry.position))) for entry in entries]
    models = ",".join(map(_model_of, sorted(_DIALECTS, key=lambda name: name != dialect.name)))
    transcript, failure = StoredTranscript(entries), ""
    mcp = RecordedMcpTools(_body(entries[0]).get("tools", []))
    dialects = {_model_of(name): each for name, each in _DIALECTS.items()}
    services = AgentServices(NoProvider(dialects), NoSandbox(), models, mcp=mcp)
    try:
        await RoleDispatcher(services).run(_assignment(recording), ReplayedStep(transcript))
    except NewEntryError:
        pass
    except (AgentError, InvalidArtifactError) as error:
        failure = str(error)
    if not transcript.was_read:
        raise ReplayError(failure or "its step asks no model any more.")
    kinds = [entry.kind for entry in entries]
    return Replayed(
        turns=kinds.count(EntryKind.RESPONSE),
        calls=kinds.count(EntryKind.TOOL_RESULT),
        entries=len(entries),
        difference=_difference(entries, transcript, failure),
    )


def _entries(recording: Recording) -> list[Entry]:
    try:
        return [
            Entry(position, EntryKind(each.kind), each.fingerprint, each.body.encode(), each.call_id)
            for position, each in enumerate(recording.entries)
        ]
    except ValueError as error:
        raise ReplayError(f"it was recorded by another version: {error}.") from None


def _dialect(entries: list[Entry]) -> Dialect:
    if not entries or entries[0].kind is not EntryKind.PROMPT:
        raise ReplayError("it asked no model.")
    name = _body(entries[0]).get("dialect")
    if name not in _DIALECTS:
        raise ReplayError(f"it was recorded by another version: there is no way of calling tools named {name}.")
    return _DIALECTS[name]


def _dialect_at(entries: list[Entry], position: int) -> str:
    """Return the name of the dialect of an entry: that of the prompt, or for a response the one in which its calls were
    read. A model that was asked instead of another one may have a dialect of its own."""
    entry, following = entries[position], entries[position + 1 : position + 2]
    if entry.kind is EntryKind.RESPONSE and following and following[0].kind is EntryKind.TOOL_RESULT:
        return JsonText.name if following[0].call_id == JsonText.CALL_ID else NativeTools.name
    return _dialect(entries).name


def _model_of(dialect: str) -> str:
    """Return the model of the replay that has a dialect."""
    return f"replay:{dialect}"


def _assignment(recording: Recording) -> Assignment:
    return Assignment(
        project_id=_NOBODY,
        project_name=recording.project_name,
        task_id=recording.task_id,
        role=recording.role,
        stage=recording.stage,
        round=recording.round,
        instructions=recording.instructions,
        feedback=recording.feedback,
        brief=recording.brief,
        inputs=tuple(
            InputArtifact(
                _NOBODY,
                each.type,
                each.name,
                each.version,
                each.media_type,
                each.body,
                by_agent=each.by_agent,
                note=each.note,
                added_by=each.added_by,
            )
            for each in recording.inputs
        ),
        expected_outputs=recording.expected_outputs,
        continued=len(recording.entries),  # whatever the step had used up, it may continue
    )


def _difference(entries: list[Entry], transcript: StoredTranscript, failure: str) -> Difference | None:
    """Return where the step leaves its recording, if it does so before the end.

    Args:
        failure: what the step fails with today, if it does.
    """
    if transcript.left_at is None:
        return None
    stored, now = entries[transcript.left_at], transcript.added
    if now is None:
        return Difference(
            transcript.left_at + 1,
            _described(stored),
            f"the step fails: {failure}" if failure else "the step ends before this",
        )
    asks = now.kind is EntryKind.RESPONSE
    return Difference(
        transcript.left_at + 1,
        _described(stored, now),
        "the model is asked something else" if asks else _described(now, stored),
    )


def _described(entry: Entry, other: Entry | None = None) -> str:
    """Return an entry in words. Of a prompt, return the tools that differ from those of the other one."""
    if entry.kind is EntryKind.RESPONSE:
        return "a response of the model"
    body = _body(entry)
    if entry.kind is EntryKind.REMARK:
        return f"a remark: {body['text']}"
    if entry.kind is EntryKind.TOOL_RESULT:
        return f"the result of {body['tool']}: {body['text']}"
    theirs = _body(other)["tools"] if other is not None and other.kind is EntryKind.PROMPT else []
    return f"the tools {orjson.dumps([each for each in body['tools'] if each not in theirs]).decode()}"


def _body(entry: Entry) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(entry.body)
    return body


def main() -> int:
    try:
        replayed = asyncio.run(replay(Recording.model_validate_json(sys.stdin.buffer.read())))
    except (ReplayError, ValidationError) as error:
        result, code = {"error": str(error)}, NOT_REPLAYABLE
    else:
        result, code = asdict(replayed), DIFFERENT if replayed.difference else SAME
    sys.stdout.buffer.write(orjson.dumps(result))
    return code


if __name__ == "__main__":
    sys.exit(main())
