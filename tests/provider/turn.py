"""A turn: one answer of the scripted provider."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Finish = Literal["stop", "length", "tool_calls", "content_filter", "refusal"]


class Data(BaseModel):
    """A part of a script: it cannot change, and has no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Call(Data):
    """A call of a tool. Arguments given as text are sent as they are, JSON or not."""

    name: str
    arguments: dict[str, JsonValue] | str = Field(default_factory=dict)


class Usage(Data):
    """Tokens; `cached` are part of `input`."""

    input: int
    output: int
    cached: int = 0


class Turn(Data):
    """Text, calls of tools, or both.

    Attributes:
        finish: why the model stopped, in OpenAI's words; "as usual" goes by the calls, and null leaves it out.
        usage: counted from the texts if it is not given, four characters to a token.
        seconds: time until the answer.
        pieces: how many pieces a stream brings each text in, at most.
        pace: seconds between the chunks of a stream.
        together: how many such requests there must have been before any is answered; the time begins then.
    """

    text: str | None = None
    calls: tuple[Call, ...] = ()
    finish: Finish | Literal["as usual"] | None = "as usual"
    usage: Usage | None = None
    seconds: float = 0
    pieces: int = 8
    pace: float = 0
    together: int = 1

    @property
    def reason(self) -> Finish | None:
        """Why the model stopped, or None if it does not say."""
        if self.finish == "as usual":
            return "tool_calls" if self.calls else "stop"
        return self.finish
