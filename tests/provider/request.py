"""A request as the scripted provider reads it, whichever provider's shape it has."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

ShapeName: TypeAlias = Literal["openai", "openai-responses", "azure", "openrouter", "anthropic"]


class RefusedError(Exception):
    """The provider refuses a request that it cannot make sense of."""


@dataclass(frozen=True)
class ToolCall:
    """A call that an assistant's message of the request holds; `arguments` as they were sent."""

    id: str
    name: str
    arguments: Any


@dataclass(frozen=True)
class Message:
    """One message; `results` are texts by the id of the call that they answer."""

    role: Literal["user", "assistant"]
    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    results: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """A parsed request; `attempt` counts equal requests, from 1."""

    shape: ShapeName
    model: str
    system: str
    messages: tuple[Message, ...]
    tools: Mapping[str, dict[str, Any]]
    stream: bool
    body: Mapping[str, Any]
    attempt: int = 1

    @cached_property
    def opening(self) -> str:
        """The first user message."""
        return next((message.text for message in self.messages if message.role == "user"), "")

    @cached_property
    def head(self) -> Mapping[str, str]:
        """Its lines `Name: value` before the first empty line."""
        lines = self.opening.partition("\n\n")[0].splitlines()
        return {name: value.strip() for name, colon, value in (line.partition(": ") for line in lines) if colon}

    @property
    def role(self) -> str | None:
        return self.head.get("Role")

    @property
    def stage(self) -> str | None:
        return self.head.get("Stage")

    @property
    def round(self) -> int:
        text = self.head.get("Round", "1")
        return int(text) if text.isdecimal() else 1

    @property
    def conversation(self) -> str:
        """The stage and round, "build#1"; "default" for a request that names no stage."""
        return "default" if self.stage is None else f"{self.stage}#{self.round}"

    @property
    def turn(self) -> int:
        """The number of the turn that is asked for, from 1: one more than the assistant's messages so far."""
        return 1 + sum(message.role == "assistant" for message in self.messages)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of what is asked, and of which model; not of the settings, nor of whether it is streamed."""
        asked = [self.body.get("model"), *self._shown()]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    @property
    def results(self) -> tuple[str, ...]:
        """The results of tools in the last message."""
        return tuple(self.messages[-1].results.values()) if self.messages else ()

    @property
    def tokens(self) -> int:
        """A rough count of what the request shows the model."""
        return 1 + len(json.dumps(self._shown())) // 4

    def _shown(self) -> list[Any]:
        """What the model is shown, whichever API it is asked through."""
        messages = [self.body.get(name) for name in ("system", "messages", "tools")]
        return [*messages, *(self.body[name] for name in ("instructions", "input") if name in self.body)]

    def first_shown(self, text: str) -> int | None:
        """How many turns the model had taken when it was first shown a text; None if it never was."""
        taken = 0
        for message in self.messages:
            if message.role == "assistant":
                taken += 1
            elif any(text.lower() in shown.lower() for shown in (message.text, *message.results.values())):
                return taken
        return None

    def check(self) -> None:
        """Refuse what the real providers refuse: no messages, and calls without results or results without calls."""
        if not self.messages or self.messages[0].role != "user":
            raise RefusedError("messages: the first message must be the user's")
        pending: set[str] = set()
        for message in self.messages:
            if unknown := message.results.keys() - pending:
                raise RefusedError(f"messages: results of tools that were not called: {', '.join(sorted(unknown))}")
            pending -= message.results.keys()
            if pending and (message.role == "assistant" or message.text):
                break
            pending |= {call.id for call in message.calls}
        if pending:
            raise RefusedError(f"messages: calls of tools without results: {', '.join(sorted(pending))}")
