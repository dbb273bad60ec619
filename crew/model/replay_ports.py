"""The ports of a step that is replayed: a transcript that only reads, no provider and no sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.settings import ModelSettings

from crew.model.clients import ModelClient, ModelClients
from crew.model.dialect import Dialect
from crew.model.mcp.arguments import arguments_of
from crew.model.mcp.tools import McpTools, exposed_name
from crew.model.pricing import Price
from crew.model.tool import Tool, ToolError
from crew.transcript import Entry
from crew.watchers import NoWatchers
from models.contracts.budget import Amounts
from models.contracts.event_data import StepWait
from models.contracts.roles import Role
from sandbox import RunReport, SandboxPort

_NO_LIMIT = 10**12

_NOT_RUN = RunReport(
    passed=False,
    counted=0,
    ran=0,
    failed=0,
    exit="",
    stopped="was not run, since this is a replay",
    output="",
    isolation=(),
    confined=True,
    outcomes=(),
    details={},
)


class NewEntryError(Exception):
    """The step would store a message that is not in the recording."""


class StoredTranscript:
    """Implements the `Transcript` protocol over stored entries, and refuses to go beyond them.

    Attributes:
        was_read: whether a conversation has begun.
        left_at: the position at which a conversation no longer fits, if there is one; `added` is what it would store
            there instead, if anything.
    """

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = entries
        self.was_read = False
        self.left_at: int | None = None
        self.added: Entry | None = None

    async def entries(self) -> list[Entry]:
        self.was_read = True
        return list(self._entries)

    async def add(self, entry: Entry, settles: UUID | None = None) -> None:
        self.added = entry
        raise NewEntryError

    async def discard(self, position: int, reason: str) -> None:
        self.left_at = position

    async def reserve(self, needs: Amounts, step_usd: float) -> UUID:
        return uuid4()

    async def release(self, reservation: UUID) -> None:
        """Nothing is spent."""


@dataclass(frozen=True, slots=True)
class ReplayedStep:
    """Implements the `Step` protocol: nobody watches."""

    transcript: StoredTranscript
    watchers: NoWatchers = field(default_factory=NoWatchers)
    checkpoint: None = None

    async def save(self, checkpoint: dict[str, Any]) -> None:
        """Nothing is kept."""

    async def progress(
        self, message: str, fraction: float | None = None, wait: StepWait | None = None, **figures: float
    ) -> None:
        """Nobody is informed."""

    async def idle(self, seconds: float) -> None:
        """Nothing is waited for."""


class NoProvider(ModelClients):
    """A client for each model that has a dialect, without a provider. What it answers is never used: the transcript
    refuses it."""

    def __init__(self, dialects: Mapping[str, Dialect]) -> None:
        self._dialects = dialects

    def get(self, name: str) -> ModelClient:
        return ModelClient(
            name=name,
            model=FunctionModel(_no_answer),
            dialect=self._dialects[name],
            price=Price(0.0, 0.0),
            settings=ModelSettings(),
            context_tokens=_NO_LIMIT,
            max_output_tokens=1,
            seconds=_NO_LIMIT,
            slots=asyncio.Semaphore(1),
            secrets=(),
        )


class RecordedMcpTools(McpTools):
    """The tools of MCP servers as the recording has them. What they returned is in it."""

    def __init__(self, described: Sequence[Mapping[str, Any]]) -> None:
        self._described = described

    @asynccontextmanager
    async def opened(self, role: Role) -> AsyncIterator[tuple[Tool, ...]]:
        names = {exposed_name(each): each for each in role.mcp_tools}
        yield tuple(
            Tool(
                name=each["name"],
                description=each["description"],
                arguments=arguments_of(each["schema"]),
                run=_not_called,
                source=names[each["name"]],
            )
            for each in self._described
            if each["name"] in names
        )


async def _not_called(_: Any) -> str:
    raise ToolError("nothing is called.")


async def _no_answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    return ModelResponse(parts=[TextPart("")], finish_reason="stop")


class NoSandbox(SandboxPort):
    """Runs nothing: the results of runs are in the recording."""

    async def run_tests(self, *_: object, **__: object) -> RunReport:
        return _NOT_RUN

    async def run_acceptance(self, *_: object, **__: object) -> RunReport:
        return _NOT_RUN
