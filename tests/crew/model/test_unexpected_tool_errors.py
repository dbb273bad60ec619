"""Errors inside a tool that no one has thought of: the model reads them, and the step continues."""

from __future__ import annotations

import errno
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest
from pydantic import model_validator

from artifacts.errors import InvalidArtifactError
from crew.model.tool import Arguments, Tool
from crew.protocol import AgentError
from sandbox.errors import SandboxError
from tests.crew.model.agents_under_test import crew_of, documents_of, work
from tests.crew.model.model_under_test import (
    DiedError,
    Done,
    MemoryTranscript,
    Model,
    Step,
    Tools,
    call,
    conversation,
    says,
)
from tests.crew.model.test_conversation import results
from tests.provider.greeter import GREETER
from tests.provider.scripts import calling, changed, software_delivery


def endless(depth: int = 0) -> int:
    return endless(depth + 1)


def encode() -> bytes:
    return "\ud800".encode()


def serialize() -> bytes:
    return orjson.dumps(2**70)


def convert() -> int:
    return int("1" * 10_000)


def fill_the_disk() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def run_out_of_memory() -> None:
    raise MemoryError


def refuse() -> None:
    raise InvalidArtifactError("two paths differ only in case")


@dataclass
class Raising(Tools):
    """`act` raises the first time."""

    raises: Any = None
    is_pure: bool = False

    def all(self) -> tuple[Tool, ...]:
        async def act(arguments: Any) -> str:
            if arguments.word == "bad":
                self.raises()
            return "done"

        tools = super().all()
        return tuple(replace(tool, run=act, is_pure=self.is_pure) if tool.name == "act" else tool for tool in tools)


@pytest.mark.parametrize("is_pure", [False, True])
@pytest.mark.parametrize(
    ("error", "said"),
    [
        (endless, "RecursionError: maximum recursion depth exceeded"),
        (encode, "UnicodeEncodeError: 'utf-8' codec can't encode character"),
        (serialize, "TypeError: Integer exceeds 64-bit range"),
        (convert, "ValueError: Exceeds the limit"),
        (fill_the_disk, "OSError: [Errno 28] No space left on device"),
        (run_out_of_memory, "MemoryError"),
        (refuse, "InvalidArtifactError: two paths differ only in case"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_the_model_reads_an_unexpected_error_and_the_step_goes_on(error: Any, said: str, is_pure: bool) -> None:
    turns = [says(call("act", "1", word="bad")), says(call("act", "2", word="b")), says(call("done", "3", text="all"))]
    model, step, tools = Model(turns), Step(MemoryTranscript(dies_at=6)), Raising(raises=error, is_pure=is_pure)
    with pytest.raises(DiedError):  # later; the next attempt reads the same error
        await conversation(model, step, tools).run()
    assert (await conversation(model, step, tools).run()).arguments == Done(text="all")
    assert len(model.asked) == 3
    (result,) = results(model.asked[1])
    assert result.startswith(f"Error: act failed with {said}")
    assert step.transcript.discarded == []


class Deep(Arguments):
    word: str

    @model_validator(mode="after")
    def _never_ends(self) -> Deep:
        if self.word == "bad":
            endless()
        return self


async def test_the_model_reads_that_its_arguments_cannot_be_checked() -> None:
    class Checking(Tools):
        def all(self) -> tuple[Tool, ...]:
            return tuple(replace(tool, arguments=Deep) if tool.name == "act" else tool for tool in super().all())

    model = Model([says(call("act", "1", word="bad")), says(call("done", "2", text="all"))])
    assert (await conversation(model, Step(), Checking()).run()).arguments == Done(text="all")
    assert results(model.asked[1])[0].startswith("Error: act failed with RecursionError")


@pytest.mark.parametrize("error", [SandboxError("it did not start"), AgentError("the sandbox is missing")])
async def test_what_the_model_cannot_change_ends_the_attempt(error: Exception) -> None:
    def end() -> None:
        raise error

    with pytest.raises(type(error), match=str(error)):
        await conversation(Model([says(call("act", "1", word="bad"))]), Step(), Raising(raises=end)).run()


HOSTILE: list[dict[str, Any]] = [
    {"tool": "write_file", "path": "deep.py", "content": "x = " + "-" * 50_000 + "1\n"},
    {"tool": "write_file", "path": "nested.py", "content": "(" * 5_000 + ")" * 5_000},
    {"tool": "write_file", "path": "sum.py", "content": " + ".join(["'a'"] * 20_000)},
    {"tool": "write_file", "path": "nul\x00.py", "content": "x = '\x00'\n"},
    {"tool": "write_file", "path": "/".join(["a"] * 5_000), "content": ""},
    {"tool": "write_file", "path": "long" * 5_000, "content": ""},
    {"tool": "write_file", "path": "../../etc/passwd", "content": ""},
    {"tool": "write_file", "path": "", "content": ""},
    {"tool": "write_file", "path": {"a": 1}, "content": 10**400},
    {"tool": "replace", "path": "nul\x00.py", "old": "", "new": "\x00"},
    {"tool": "read_file", "path": "\x00"},
    {"tool": "delete_file", "path": "a" * 100_000},
    {"tool": "finish", "summary": ""},
]


async def test_the_tools_of_a_coder_survive_hostile_arguments() -> None:
    build = [calling(given["tool"], **{k: v for k, v in given.items() if k != "tool"}) for given in HOSTILE]
    script = changed(software_delivery(GREETER), {"build": [*build, calling("impossible", reason="it is enough")]})
    step = Step()
    async with crew_of(script) as (crew, provider):
        with pytest.raises(AgentError, match="the task is impossible: it is enough"):
            await work(crew, "build", documents_of(GREETER), step=step)
        assert provider.calls.total == len(HOSTILE) + 1
    assert step.transcript.discarded == []
