"""What the shapes of the wire have in common: OpenAI's chat completions and responses, and Anthropic's messages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from tests.provider.faults import ErrorKind
from tests.provider.request import Request, ShapeName
from tests.provider.turn import Turn, Usage

Json: TypeAlias = dict[str, Any]

CREATED = 1_750_000_000
"""The time at which each answer says it was made; the same request always gets the same bytes."""


@dataclass(frozen=True)
class Error:
    """An error as a provider reports it; `code` is OpenAI's only. The message may name {model} and {key}."""

    status: int
    type: str
    message: str
    code: str | None = None


class Shape(Protocol):
    """How one provider writes requests, answers and errors."""

    name: ShapeName
    errors: dict[ErrorKind, Error]

    def key(self, headers: Mapping[str, str]) -> str | None:
        """The key that a request presents."""

    def request(self, body: Json) -> Request:
        """Parse a request; RefusedError if that cannot be done."""

    def answer(self, request: Request, turn: Turn | None, model: str) -> Json:
        """The whole answer; without a turn, one that has no choices."""

    def events(self, request: Request, turn: Turn | None, model: str) -> Iterator[bytes]:
        """The same as server-sent events."""

    def error(self, error: Error) -> Json:
        """The body of an error."""

    def models(self, names: tuple[str, ...]) -> Json:
        """The list of models."""


def identifier(prefix: str, request: Request, *parts: object) -> str:
    """An id that is the same for the same request."""
    return prefix + hashlib.sha256(repr((request.fingerprint, *parts)).encode()).hexdigest()[:24]


def arguments_text(arguments: Json | str) -> str:
    """The arguments of a call as JSON; text as it is."""
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def usage(request: Request, turn: Turn) -> Usage:
    """The tokens of a turn; if it does not say, a count of its characters."""
    if turn.usage:
        return turn.usage
    said = len(turn.text or "") + sum(len(call.name) + len(arguments_text(call.arguments)) for call in turn.calls)
    return Usage(input=request.tokens, output=1 + said // 4)


def pieces(text: str, turn: Turn | None) -> Iterator[str]:
    """A text as a stream brings it."""
    size = max(16, -(-len(text) // (turn or Turn()).pieces))
    return (text[start : start + size] for start in range(0, len(text), size))


def texts(content: Any) -> str:
    """The text of a content: a string, or parts of which some are text."""
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content or () if part.get("type") == "text")
