"""A script: what the scripted provider answers, as data. No model answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Self, TypeAlias, cast

from pydantic import Field, JsonValue, model_validator

from tests.provider.faults import Fault
from tests.provider.request import Request
from tests.provider.turn import Call, Data, Turn

Step: TypeAlias = Turn | Callable[[Request], Turn]
"""A turn, or, in tests, a function of the request that makes one."""


class Detour(Data):
    """What the model does instead once it has seen a text, such as an injected order. Then it continues as before.

    `when` is sought in the user's messages and in tool results, whatever the case of its letters.
    """

    when: str
    turns: tuple[Step, ...] = Field(min_length=1)


class Conversation(Data):
    """The turns of one stage and round; the last one repeats. In JSON a list of turns will do."""

    turns: tuple[Step, ...] = Field(min_length=1)
    detours: tuple[Detour, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, data: Any) -> Any:
        return {"turns": data} if isinstance(data, list | tuple) else data

    def turn(self, request: Request) -> Turn:
        """The turn that answers a request."""
        written = list if request.tools else _without_tools
        steps = written(self.turns)
        for detour in self.detours:
            if (first := request.first_shown(detour.when)) is not None:
                steps[first:first] = written(detour.turns)
        step = steps[min(request.turn, len(steps)) - 1]
        return step if isinstance(step, Turn) else step(request)


class Script(Data):
    """What one product's crew says.

    Attributes:
        conversations: by stage and round. "build" serves each round of the stage `build`, "build#2" round 2 and later;
            "default" serves all other stages, and requests that name none.
        when: a word of the first user message, if the provider has several scripts: the first that fits serves.
        answers_as: the model that the answers name, if not the one that was asked.
        context_tokens: requests that are longer are refused.
        faults: armed from the start.
    """

    conversations: dict[str, Conversation]
    when: str | None = None
    models: tuple[str, ...] = ("scripted",)
    answers_as: str | None = None
    context_tokens: int | None = None
    faults: tuple[Fault, ...] = ()

    @model_validator(mode="after")
    def _names_are_stages(self) -> Self:
        if wrong := [name for name in self.conversations if not re.fullmatch(r"[^#]+(#[1-9]\d*)?", name)]:
            raise ValueError(f"conversations are named 'build' or, for round 2 and later, 'build#2': {wrong}")
        return self

    def serves(self, request: Request) -> bool:
        """Whether a request belongs to this script. One outside a stage, such as a check of a model, belongs to any."""
        if self.when is None or request.stage is None:
            return True
        return bool(re.search(rf"(?<!\w){re.escape(self.when)}(?!\w)", request.opening))

    def limit(self, request: Request) -> Fault | None:
        """The fault of a request that is too long."""
        too_long = self.context_tokens is not None and request.tokens > self.context_tokens
        return Fault(kind="context_overflow") if too_long else None

    def turn(self, request: Request) -> Turn:
        """The turn that answers a request; LookupError if no conversation is for it."""
        for name in _names(request):
            if conversation := self.conversations.get(name):
                return conversation.turn(request)
        if request.stage is None:
            return _any_answer(request)
        raise LookupError(f"the script has no conversation for {request.conversation!r}: {sorted(self.conversations)}")


def of_file(path: Path) -> Script:
    """The script in a JSON file."""
    return Script.model_validate_json(path.read_bytes())


def _names(request: Request) -> Iterator[str]:
    if request.stage is not None:
        yield from (f"{request.stage}#{round}" for round in range(request.round, 0, -1))
        yield request.stage
    yield "default"


def _without_tools(steps: Iterable[Step]) -> list[Step]:
    """A model that is offered no tools calls them in its text, one a turn."""
    written: list[Step] = []
    for step in steps:
        if isinstance(step, Turn) and step.calls:
            texts = (json.dumps({"tool": call.name, "arguments": call.arguments}) for call in step.calls)
            written += (step.model_copy(update={"text": text, "calls": ()}) for text in texts)
        else:
            written.append(step)
    return written


_DESCRIBED = re.compile(r"^- (?P<name>\w+): .*\n  arguments: (?P<schema>\{.*\})$", re.MULTILINE)
"""A tool in the system prompt of a conversation without tools."""


def _any_answer(request: Request) -> Turn:
    """The answer to a request that belongs to no stage, such as a check of the connection: call the first tool."""
    for name, schema in request.tools.items():
        arguments = example(schema)
        assert isinstance(arguments, dict)
        return Turn(calls=(Call(name=name, arguments=arguments),))
    if described := _DESCRIBED.search(request.system):  # a model that is to write its calls as JSON
        call = {"tool": described["name"], "arguments": example(json.loads(described["schema"]))}
        return Turn(text=json.dumps(call))
    return Turn(text="This is a scripted provider: no model answers.")


def example(schema: dict[str, Any], root: dict[str, Any] | None = None) -> JsonValue:
    """The smallest value that a JSON schema as pydantic writes them allows."""
    root = schema if root is None else root
    if reference := schema.get("$ref"):
        return example(root["$defs"][reference.rpartition("/")[2]], root)
    for choices in (schema.get("anyOf"), schema.get("oneOf"), schema.get("allOf")):
        if choices:  # null ends a type that holds itself
            return example({"type": "null"} if {"type": "null"} in choices else choices[0], root)
    if values := schema.get("enum", [schema["const"]] if "const" in schema else None):
        return cast(JsonValue, values[0])
    match schema:
        case {"type": "object"}:
            properties = schema.get("properties", {})
            return {name: example(properties[name], root) for name in schema.get("required", properties)}
        case {"type": "array"}:
            return [example(schema["items"], root)] if schema.get("minItems") else []
        case {"type": "integer" | "number"}:
            return int(schema.get("minimum", 1))
        case {"type": "boolean"}:
            return True
        case {"type": "null"}:
            return None
    return "ok"
