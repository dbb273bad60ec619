"""What the terminal reads of models: the check of one, and a task's conversation with one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cli.client.shapes import Shape


class ModelReport(Shape):
    """What the check of a model has found (`crew.model.check`). A temporary `problem` may be gone the next time; a
    `warning` says which steps it may be too dear for.

    `calls` is how the model calls tools: `tools`, or `json` as text. Prices are US dollars for a million tokens.
    """

    model: str
    problem: str | None = None
    warning: str | None = None
    is_temporary: bool = False
    seconds: float | None = None
    calls: str | None = None
    input_usd: float | None = None
    output_usd: float | None = None
    context_tokens: int | None = None
    is_context_known: bool = False


class ToolCall(Shape):
    """A call of a tool; `result` and `ok` are None while it runs."""

    tool: str
    arguments: dict[str, Any] | str = ""
    result: str | None = None
    ok: bool | None = None
    seconds: float | None = None


class Turn(Shape):
    """One response of a model. `remark` is BotArmy's answer to a response that it had to correct, `discarded` says why
    the response was paid and is not part of the conversation, `asked_instead` which model was asked after this one had
    failed."""

    number: int
    at: datetime
    asked_for: str | None = None
    model: str | None = None
    text: str = ""
    thinking: str = ""
    calls: tuple[ToolCall, ...] = ()
    remark: str | None = None
    discarded: str | None = None
    asked_instead: str | None = None
    finish_reason: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float = 0.0
    seconds: float = 0.0


class Prompt(Shape):
    """What the agent read first: `system` is BotArmy's, `task` contains the data of people and agents."""

    version: str = ""
    system: str = ""
    task: str = ""
    tools: tuple[str, ...] = ()


class Transcript(Shape):
    """A task's conversation with a model; without a prompt, it has asked none. Cost in US dollars."""

    prompt: Prompt | None = None
    turns: tuple[Turn, ...] = ()
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
