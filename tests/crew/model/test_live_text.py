"""What people see while a model writes."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_ai.messages import PartDeltaEvent, PartStartEvent, TextPart, ToolCallPart, ToolCallPartDelta

from crew.model import live_text
from crew.model.written_text import StreamRedaction, WrittenText
from models.contracts.live_text import LiveCall
from tests.crew.model.fault_endings import MODELS
from tests.crew.model.test_wire_faults import UNLIMITED, Attempts, in_the_middle
from tests.provider import Call, Fault, Turn

KEY = "sk-planted-0123456789"
CODE = 'def greet():\n    return "hi \\ \U0001f600"\n'


def shown_of(attempts: Attempts) -> list[LiveCall]:
    return [call for call in attempts.step.watchers.shown if call is not None]


@pytest.mark.parametrize("model", MODELS)
async def test_a_text_is_shown_as_it_grows_and_arguments_read_as_they_were_meant(model: str) -> None:
    async with in_the_middle(model) as attempts:
        attempts.step.watchers.present = True
        turn = Turn(
            text="I write it. " * 20, calls=(Call(name="done", arguments={"text": CODE}),), pieces=40, pace=0.05
        )
        attempts.provider.faults.arm(Fault(kind="answer", answer=turn))
        started = time.monotonic()
        completed = await attempts.run(UNLIMITED)
        assert completed.arguments.model_dump() == {"text": CODE}
        shown = shown_of(attempts)
        assert 2 < len(shown) <= (time.monotonic() - started) / live_text.SHOWN_SECONDS + 1
        assert all(later.text.startswith(earlier.text) for earlier, later in itertools.pairwise(shown))
        assert {(call.call, call.turn) for call in shown} == {(shown[0].call, 2)}
        assert shown[0].tool is None
        assert attempts.step.watchers.shown[-1] is None, "the end is shown"
        whole = turn.text + '\n\ndone {"text": "' + CODE + '"}'  # type: ignore[operator]
        assert whole.startswith(shown[-1].text)
        assert len(shown[-1].text) > 100


async def test_nothing_is_streamed_while_nobody_watches() -> None:
    async with in_the_middle(MODELS[0]) as attempts:
        await attempts.run(UNLIMITED)
        assert [call.body.get("stream") for call in attempts.provider.calls] == [False, False]
        assert attempts.step.watchers.shown == []


async def test_a_long_text_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_text, "MAX_TEXT", 100)
    monkeypatch.setattr(live_text, "SHOWN_SECONDS", 0)
    async with in_the_middle(MODELS[0]) as attempts:
        attempts.step.watchers.present = True
        turn = Turn(text="word " * 100, calls=(Call(name="done", arguments={"text": "all"}),), pieces=40, pace=0.01)
        attempts.provider.faults.arm(Fault(kind="answer", answer=turn))
        await attempts.run(UNLIMITED)
        last = shown_of(attempts)[-1]
        assert (last.text, last.is_cut) == ("word " * 20, True)


def pieces_of(text: str, cuts: list[int]) -> Iterator[str]:
    ends = sorted({min(cut, len(text)) for cut in cuts} | {len(text)})
    for start, end in itertools.pairwise([0, *ends]):
        yield text[start:end]


SECRETS = (KEY, KEY + "-and-more", "planted-0123456789sk", "aaaaaaaaaaaaaaaab")


@given(
    st.lists(st.sampled_from([*SECRETS, KEY[:-1], "a" * 17, "sk-", "x", " "]), max_size=8),
    st.lists(st.integers(0, 120), max_size=12),
)
def test_a_key_is_never_shown_however_it_is_split(words: list[str], cuts: list[int]) -> None:
    text = "".join(words)
    redaction = StreamRedaction(SECRETS)
    shown = ""
    for piece in pieces_of(text, cuts):
        shown += redaction.feed(piece)
        assert not any(secret in shown for secret in SECRETS)
    at_once = StreamRedaction(SECRETS).feed(text)
    assert shown == at_once


@given(st.text(max_size=60), st.lists(st.integers(0, 200), max_size=12), st.booleans())
def test_arguments_are_unescaped_however_they_are_split(value: str, cuts: list[int], ascii: bool) -> None:
    arguments = json.dumps({"text": value}, ensure_ascii=ascii)
    whole, split = WrittenText(()), WrittenText(())
    for written in (whole, split):
        written.add(PartStartEvent(index=0, part=TextPart("Now.")))
        written.add(PartStartEvent(index=1, part=ToolCallPart("write", None)))
    whole.add(PartDeltaEvent(index=1, delta=ToolCallPartDelta(args_delta=arguments)))
    for piece in pieces_of(arguments, cuts):
        before = split.text()
        split.add(PartDeltaEvent(index=1, delta=ToolCallPartDelta(args_delta=piece)))
        assert split.text().startswith(before)
    assert split.text() == whole.text()
    removed = str.maketrans({"\x00": "\ufffd", "\r": None, "\b": None, "\f": None})
    assert whole.text() == f'Now.\n\nwrite {{"text": "{value.translate(removed)}"}}'
