"""Faults of the scripted provider, as data."""

from __future__ import annotations

import json
import time
from email.utils import formatdate
from typing import Literal

from pydantic import Field

from tests.provider.request import Request
from tests.provider.turn import Call, Data, Turn

ErrorKind = Literal[
    "unauthorized",
    "forbidden",
    "quota",
    "rate_limit",
    "server_error",
    "unavailable",
    "overloaded",
    "model_gone",
    "context_overflow",
    "bad_request",
]
"""Answers with the status and body that the provider has for such an error."""

BodyKind = Literal[
    "cut",  # the connection ends in the middle of the body
    "malformed_json",
    "wrong_schema",  # JSON of another shape
    "no_choices",
    "empty_body",
    "wrong_content_type",  # a proxy's HTML page, with status 200
    "redirect",
    "drip",  # a byte now and then, until the client leaves
    "flood",  # a body without an end
    "error_event",  # an error in the middle of a stream
]

AnswerKind = Literal[
    "unknown_tool",
    "bad_arguments",  # not JSON
    "refusal",
    "no_finish_reason",
    "length",  # the turn, cut off by the limit of output tokens
    "long_output",
    "answer",  # another turn than the script's
]

Kind = ErrorKind | BodyKind | AnswerKind | Literal["slow", "hang"]  # hang: until the client leaves


class Fault(Data):
    """One fault, and the requests that it hits: those that fit all of what is given, the next `times` of them.

    Attributes:
        conversation: "build", or "build#2" for its second round only.
        turn, attempt: from 1; the attempts are equal requests.
        times: null for each request that fits.
        seconds: time until the answer.
        retry_after: seconds, or any text; `as_date` writes the seconds as an HTTP date.
        status, message: instead of the usual ones of an error.
        location: where a redirect leads to.
        length: of `long_output`, in bytes.
        chunks: how many come before an `error_event`, or half of them.
    """

    kind: Kind
    conversation: str | None = None
    turn: int | None = None
    attempt: int | None = None
    model: str | None = None
    times: int | None = Field(None, ge=1)
    seconds: float = 0
    retry_after: int | str | None = None
    as_date: bool = False
    status: int | None = None
    message: str | None = None
    location: str = "http://127.0.0.2:9/"
    length: int = 10_000_000
    chunks: int | None = None
    answer: Turn | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The headers of an error."""
        match self.retry_after:
            case None:
                return {}
            case int(seconds) if self.as_date:
                return {"retry-after": formatdate(time.time() + seconds, usegmt=True)}
            case value:
                return {"retry-after": str(value)}

    def hits(self, request: Request) -> bool:
        """Whether a request fits."""
        return (
            self.conversation in (None, request.conversation, request.stage)
            and self.turn in (None, request.turn)
            and self.attempt in (None, request.attempt)
            and self.model in (None, request.model)
        )

    def changed(self, turn: Turn, request: Request) -> Turn:
        """The turn that is answered instead of the script's."""
        match self.kind:
            case "unknown_tool":
                return Turn(calls=(Call(name="no_such_tool"),))
            case "bad_arguments":
                name = turn.calls[0].name if turn.calls else next(iter(request.tools), "no_such_tool")
                return Turn(calls=(Call(name=name, arguments='{"path": "main.py", "content": '),))
            case "refusal":
                return Turn(text=self.message or "I'm sorry, but I can't help with that.", finish="refusal")
            case "no_finish_reason":
                return turn.model_copy(update={"finish": None})
            case "length":
                return _cut_off(turn)
            case "long_output":
                line = "No model wrote this.\n"
                return turn.model_copy(update={"text": (line * (self.length // len(line) + 1))[: self.length]})
            case "answer" if self.answer:
                return self.answer
        return turn


def _cut_off(turn: Turn) -> Turn:
    """A turn that reached the limit of output tokens: its last part ends in the middle."""
    text, calls = turn.text, turn.calls
    if calls:
        arguments = json.dumps(calls[-1].arguments)
        calls = (*calls[:-1], Call(name=calls[-1].name, arguments=arguments[: len(arguments) // 2]))
    elif text:
        text = text[: len(text) // 2]
    return turn.model_copy(update={"text": text, "calls": calls, "finish": "length"})


class Faults:
    """The faults that are armed, in order: the first that fits a request hits it."""

    def __init__(self, *faults: Fault) -> None:
        self._armed: list[Fault] = []
        self.arm(*faults)

    def __len__(self) -> int:
        return len(self._armed)

    def arm(self, *faults: Fault) -> None:
        """Add faults."""
        self._armed.extend(faults)

    def clear(self) -> None:
        """Disarm all faults."""
        self._armed.clear()

    def take(self, request: Request) -> Fault | None:
        """The fault that hits a request, if any; it has one time less from now on."""
        for index, fault in enumerate(self._armed):
            if fault.hits(request):
                if fault.times == 1:
                    del self._armed[index]
                elif fault.times is not None:
                    self._armed[index] = fault.model_copy(update={"times": fault.times - 1})
                return fault
        return None
