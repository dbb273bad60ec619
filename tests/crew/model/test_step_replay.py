"""A step runs again from its recording, without a provider, and differs where today's code would do something else."""

from __future__ import annotations

import hashlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crew.model.replay import ReplayError, main, replay
from models.contracts.recording import RecordedEntry, Recording
from tests.transcripts import FOLDER, committed, load

MAX_BYTES = 64 * 1024

each_recording = pytest.mark.parametrize("path", committed(), ids=lambda path: path.stem)


def test_each_kind_of_role_has_a_transcript() -> None:
    assert [path.stem for path in committed()] == [
        "acceptance-tester",
        "build-coder",
        "design-architect",
        "discovery-analyst",
        "launch-deployer",
        "plan-analyst",
        "review-security-reviewer",
    ]


@each_recording
async def test_each_transcript_replays(path: Path) -> None:
    """A difference means that running steps start again after an update: see `python -m tests.transcripts`."""
    recording = load(path)
    kinds = [entry.kind for entry in recording.entries]
    replayed = await replay(recording)
    assert replayed.difference is None
    assert (replayed.turns, replayed.calls) == (kinds.count("response"), kinds.count("tool_result"))
    assert replayed.turns >= 1
    assert json.loads(recording.entries[-1].body)["tool"] in ("submit", "finish")
    assert path.stat().st_size < MAX_BYTES


@each_recording
async def test_a_transcript_that_ends_in_the_middle_is_the_same_until_there(path: Path) -> None:
    recording = load(path)
    for end in range(1, len(recording.entries)):
        part = recording.model_copy(update={"entries": recording.entries[:end]})
        assert (await replay(part)).difference is None, end


def changed(entry: RecordedEntry, change: Callable[[dict[str, Any]], object]) -> RecordedEntry:
    """Return an entry whose body has changed."""
    body = json.loads(entry.body)
    change(body)
    return entry.model_copy(update={"body": json.dumps(body)})


def with_entry(recording: Recording, position: int, entry: RecordedEntry) -> Recording:
    entries = list(recording.entries)
    entries[position] = entry
    return recording.model_copy(update={"entries": tuple(entries)})


def position_of(recording: Recording, kind: str, tool: str | None = None) -> int:
    return next(
        position
        for position, entry in enumerate(recording.entries)
        if entry.kind == kind and tool in (None, json.loads(entry.body).get("tool") if tool else None)
    )


async def test_another_result_of_a_tool_is_a_difference() -> None:
    recording = load(FOLDER / "build-coder.json")
    position = position_of(recording, "tool_result", "write_file")
    then = changed(recording.entries[position], lambda body: body.update(text="Written."))
    difference = (await replay(with_entry(recording, position, then))).difference
    assert difference is not None
    assert (difference.entry, difference.stored) == (position + 1, "the result of write_file: Written.")
    assert difference.now.startswith("the result of write_file: Created greeter/")


async def test_a_model_that_was_asked_instead_may_call_tools_in_another_way() -> None:
    recording = load(FOLDER / "build-coder.json")
    last = max(position for position, entry in enumerate(recording.entries) if entry.kind == "response")

    def as_text(body: list[dict[str, Any]]) -> None:
        (called,) = [part for part in body[0]["parts"] if part["part_kind"] == "tool-call"]
        arguments = called["args"] if isinstance(called["args"], dict) else json.loads(called["args"])
        said = json.dumps({"tool": called["tool_name"], "arguments": arguments})
        body[0]["parts"] = [{"content": said, "part_kind": "text"}]

    response = changed(recording.entries[last], as_text)  # type: ignore[arg-type]
    hashed = f"{response.fingerprint}\nresponse\n{response.call_id}\n{response.body}"
    (result,) = recording.entries[last + 1 :]
    own = {"call_id": "json", "fingerprint": hashlib.sha256(hashed.encode()).hexdigest()}
    entries = (*recording.entries[:last], response, result.model_copy(update=own))
    replayed = await replay(recording.model_copy(update={"entries": entries}))
    assert replayed.difference is None
    assert replayed.entries == len(recording.entries)


async def test_other_tools_are_a_difference() -> None:
    recording = load(FOLDER / "build-coder.json")

    def rename(body: dict[str, Any]) -> None:
        body["tools"][0]["description"] = "It was described otherwise."

    difference = (await replay(with_entry(recording, 0, changed(recording.entries[0], rename)))).difference
    assert difference is not None
    assert difference.entry == 1
    assert "It was described otherwise." in difference.stored
    assert "It was described otherwise." not in difference.now
    assert "write_file" not in difference.now  # it is the same


async def test_another_prompt_is_no_difference() -> None:
    """A task keeps the prompt that it began with."""
    recording = load(FOLDER / "discovery-analyst.json")
    assert (await replay(recording.model_copy(update={"instructions": "Do something else."}))).difference is None


async def test_a_response_to_other_messages_is_a_difference() -> None:
    recording = load(FOLDER / "plan-analyst.json")
    position = position_of(recording, "response")
    entry = recording.entries[position].model_copy(update={"fingerprint": "0" * 64})
    difference = (await replay(with_entry(recording, position, entry))).difference
    assert difference is not None
    assert (difference.entry, difference.now) == (position + 1, "the model is asked something else")


async def test_a_step_that_ends_earlier_is_a_difference() -> None:
    recording = load(FOLDER / "plan-analyst.json")
    longer = recording.model_copy(update={"entries": (*recording.entries, recording.entries[-1])})
    difference = (await replay(longer)).difference
    assert difference is not None
    assert (difference.entry, difference.now) == (len(longer.entries), "the step ends before this")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"entries": ()}, "it asked no model"),
        ({"inputs": ()}, "its inputs contain no source code"),
        ({"expected_outputs": ("test_results",)}, "asks no model any more"),
        ({"entries": (RecordedEntry(kind="thought", fingerprint="", body="{}"),)}, "another version"),
        ({"entries": (RecordedEntry(kind="prompt", fingerprint="", body='{"dialect": "xml"}'),)}, "xml"),
    ],
)
async def test_what_cannot_be_replayed_says_why(change: dict[str, Any], said: str) -> None:
    recording = load(FOLDER / "launch-deployer.json")
    with pytest.raises(ReplayError, match=said):
        await replay(recording.model_copy(update=change))


def test_the_program_prints_the_result(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    def run(recording: str) -> tuple[int, Any]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(recording.encode())))
        return main(), json.loads(capsysbinary.readouterr().out)

    recording = load(FOLDER / "plan-analyst.json")
    assert run(recording.model_dump_json()) == (0, {"turns": 1, "calls": 1, "entries": 3, "difference": None})
    longer = recording.model_copy(update={"entries": (*recording.entries, recording.entries[-1])})
    code, result = run(longer.model_dump_json())
    assert (code, result["difference"]["entry"]) == (1, 4)
    code, result = run("{}")
    assert (code, "Field required" in result["error"]) == (2, True)
