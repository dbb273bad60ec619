"""What a model has written so far, as text for people: without keys, its arguments without escape sequences."""

from __future__ import annotations

import re
from collections.abc import Sequence

import orjson
from pydantic_ai.messages import (
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
)

from crew.model.redaction import MIN_IN_RESPONSE, REDACTED
from models.contracts.contract import storable

_TOKEN = re.compile(
    r"[^\\]+|\\[^u]|\\u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\u(?P<one>[0-9a-fA-F]{4})",
    re.DOTALL,
)
_LONGEST = len(r"\ud83d\ude00")
"""Characters of the longest escape sequence: one character that is written as two."""

_LETTERS = {"n": "\n", "t": "\t", "r": "", "b": "", "f": ""}


class WrittenText:
    """Collects the parts of a streamed response: texts, thoughts, and calls of tools.

    The text only grows. It ends before characters that may become a key or an escape sequence.

    Args:
        secrets: the keys, which it never contains.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._part: int | None = None
        self.tool: str | None = None
        self._escaped = ""
        """The end of the arguments, which may be the beginning of an escape sequence."""
        self._new: list[str] = []
        self._text = ""
        self._redaction = StreamRedaction(secrets)

    def add(self, event: object) -> bool:
        """Add what an event of the stream brings. Return whether it brings any text."""
        match event:
            case PartStartEvent(index=index, part=TextPart() | ThinkingPart() as part):
                self._begin(index, None)
                return self._append(part.content)
            case PartStartEvent(index=index, part=ToolCallPart() as part):
                self._begin(index, part.tool_name)
                self._append(f"{part.tool_name} ")
                return self._append_arguments(part.args) or True
            case PartDeltaEvent(index=index, delta=TextPartDelta() | ThinkingPartDelta() as delta):
                if index != self._part:
                    self._begin(index, None)
                return self._append(delta.content_delta or "")
            case PartDeltaEvent(index=index, delta=ToolCallPartDelta() as delta):
                if index != self._part:  # calls that are written in turns
                    self._begin(index, self.tool)
                return self._append_arguments(delta.args_delta)
        return False

    def text(self) -> str:
        """Return all that can be shown."""
        new, self._new = "".join(self._new), []
        self._text += self._redaction.feed(storable(new))
        return self._text

    def _begin(self, index: int, tool: str | None) -> None:
        if self._part is not None:
            self._append("\n\n")
        self._part, self.tool, self._escaped = index, tool, ""

    def _append(self, text: str) -> bool:
        if text:
            self._new.append(text)
        return bool(text)

    def _append_arguments(self, arguments: str | dict[str, object] | None) -> bool:
        if not arguments:
            return False
        written = arguments if isinstance(arguments, str) else orjson.dumps(arguments).decode()
        text, self._escaped = _unescaped(self._escaped + written)
        return self._append(text)


def _unescaped(written: str) -> tuple[str, str]:
    """Return a piece of JSON with its escape sequences replaced, and what of its end may be a part of one."""
    found, position = list[str](), 0
    while position < len(written):
        token, left = _TOKEN.match(written, position), len(written) - position
        if left < _LONGEST and (token is None or _is_first_of_two(token["one"])):
            break
        if token is None:  # this is no JSON
            found.append(written[position])
            position += 1
            continue
        position = token.end()
        if token["high"]:
            found.append(_character(token["high"], token["low"]))
        elif token["one"]:
            found.append(chr(int(token["one"], 16)))
        elif token[0][0] == "\\":
            found.append(_LETTERS.get(token[0][1], token[0][1]))
        else:
            found.append(token[0])
    return "".join(found), written[position:]


def _is_first_of_two(code: str | None) -> bool:
    return code is not None and 0xD800 <= int(code, 16) < 0xDC00


def _character(high: str, low: str) -> str:
    return bytes.fromhex(high + low).decode("utf-16-be")


class StreamRedaction:
    """Removes keys by value from a text that comes in pieces: the beginning of a key is held back until it is clear
    whether it is one."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = sorted((each for each in secrets if len(each) >= MIN_IN_RESPONSE), key=len, reverse=True)
        self._any = re.compile("|".join(map(re.escape, self._secrets))) if self._secrets else None
        self._held = ""

    def feed(self, text: str) -> str:
        """Return what can be shown after another piece."""
        if self._any is None:
            return text
        text, shown, start = self._held + text, list[str](), 0
        for found in self._any.finditer(text):
            if found.start() >= self._held_from(text, start):
                break  # it may be the beginning of a longer one
            shown += [text[start : found.start()], REDACTED]
            start = found.end()
        end = self._held_from(text, start)
        self._held = text[end:]
        return "".join([*shown, text[start:end]])

    def _held_from(self, text: str, start: int) -> int:
        """Return where the beginning of a key may begin, or the end of the text."""
        first = max(start, len(text) - len(self._secrets[0]) + 1)
        for position in range(first, len(text)):
            rest = text[position:]
            if any(secret != rest and secret.startswith(rest) for secret in self._secrets):
                return position
        return len(text)
