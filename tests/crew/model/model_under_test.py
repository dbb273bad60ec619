"""A model that says what a test tells it, and a transcript in memory. No provider is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage

from crew.model.clients import ModelClient
from crew.model.conversation import Conversation
from crew.model.dialect import NativeTools
from crew.model.limiter.limiter import Limiter, StepLimiter
from crew.model.limiter.memory_queue import MemoryQueue
from crew.model.limits import StepLimits
from crew.model.model_list import ModelList
from crew.model.pricing import Price
from crew.model.prompt import Prompt
from crew.model.tool import Arguments, InvalidOutputError, Tool, ToolError
from crew.protocol import BudgetExhaustedError
from crew.protocol import Step as AnyStep
from crew.transcript import Entry, SupersededAttemptError
from models.contracts.budget import Amounts
from models.contracts.event_data import StepWait
from models.contracts.live_text import LiveCall
from models.contracts.tool_permission import ToolDecision

Turn = ModelResponse | Exception | Callable[[list[ModelMessage]], ModelResponse]


def call(tool: str, id: str | None = None, **arguments: Any) -> ToolCallPart:
    return ToolCallPart(tool_name=tool, args=arguments, tool_call_id=id or f"call-{uuid4().hex[:8]}")


def says(*parts: ToolCallPart | str, finish_reason: Any = "tool_call", tokens: int = 100) -> ModelResponse:
    return ModelResponse(
        parts=[TextPart(part) if isinstance(part, str) else part for part in parts],
        usage=RequestUsage(input_tokens=tokens, output_tokens=tokens),
        model_name="scripted-1",
        finish_reason=finish_reason,
    )


@dataclass
class Model:
    """Says its turns one after the other, and counts how often it was asked."""

    turns: Sequence[Turn]
    asked: list[list[ModelMessage]] = field(default_factory=list)

    async def answer(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        # A conversation that continues is found by the number of its responses, as the scripted provider does.
        turn = self.turns[min(sum(isinstance(each, ModelResponse) for each in messages), len(self.turns) - 1)]
        self.asked.append(messages)
        if isinstance(turn, Exception):
            raise turn
        return turn if isinstance(turn, ModelResponse) else turn(messages)

    def client(self, **changes: Any) -> ModelClient:
        client = ModelClient(
            name="test:scripted",
            model=FunctionModel(self.answer),
            dialect=NativeTools(),
            price=Price(1.0, 2.0),
            settings=ModelSettings(),
            context_tokens=100_000,
            max_output_tokens=1_000,
            seconds=60,
            slots=asyncio.Semaphore(4),
            secrets=("sk-planted",),
        )
        return replace(client, **changes)


@dataclass
class MemoryTranscript:
    """Keeps entries and reservations, as the table does, and can die at a given write. `stored` is the conversation."""

    stored: list[Entry] = field(default_factory=list)
    discarded: list[Entry] = field(default_factory=list)
    reserved: dict[UUID, float] = field(default_factory=dict)
    spent: float = 0.0
    limit: float = 5.0
    dies_at: int | None = None
    """The number of the write that the process does not survive: it is stored, and nothing after it runs."""
    writes: int = 0

    async def entries(self) -> list[Entry]:
        return sorted([*self.stored, *self.discarded], key=lambda entry: entry.position)

    async def add(self, entry: Entry, settles: UUID | None = None) -> None:
        if entry.position != len(self.stored) + len(self.discarded):
            raise SupersededAttemptError(uuid4())
        (self.stored if entry.discarded is None else self.discarded).append(entry)
        if settles is not None:
            await self.release(settles)
            self.spent += entry.cost_usd
        self.writes += 1
        if self.writes == self.dies_at:
            raise DiedError

    async def discard(self, position: int, reason: str) -> None:
        self.discarded += [replace(entry, discarded=reason) for entry in self.stored if entry.position >= position]
        self.stored[:] = [entry for entry in self.stored if entry.position < position]

    async def reserve(self, needs: Amounts, step_usd: float) -> UUID:
        spent = sum(entry.cost_usd for entry in await self.entries())
        if spent + needs.usd > step_usd:
            raise BudgetExhaustedError(f"spent {spent:.2f} of {step_usd:.2f} USD.")
        if self.spent + sum(self.reserved.values()) + needs.usd > self.limit:
            raise BudgetExhaustedError("the budget is spent")
        reservation = uuid4()
        self.reserved[reservation] = needs.usd
        return reservation

    async def release(self, reservation: UUID) -> None:
        del self.reserved[reservation]


class DiedError(BaseException):
    """The process was killed here."""


@dataclass
class WatchersUnderTest:
    """Keep what they are shown; None is the end of a call."""

    present: bool = False
    shown: list[LiveCall | None] = field(default_factory=list)

    async def are_present(self) -> bool:
        return self.present

    async def show(self, call: LiveCall) -> None:
        self.shown.append(call)

    async def end(self) -> None:
        self.shown.append(None)


@dataclass
class Step:
    transcript: MemoryTranscript = field(default_factory=MemoryTranscript)
    watchers: WatchersUnderTest = field(default_factory=WatchersUnderTest)
    messages: list[str] = field(default_factory=list)
    waits: list[StepWait] = field(default_factory=list)
    checkpoint: None = None

    async def save(self, checkpoint: dict[str, Any]) -> None:
        raise NotImplementedError

    async def progress(
        self, message: str, fraction: float | None = None, wait: StepWait | None = None, **figures: float
    ) -> None:
        self.messages.append(message)
        if wait is not None:
            self.waits.append(wait)

    async def idle(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Word(Arguments):
    word: str


class Done(Arguments):
    text: str


@dataclass
class Tools:
    """`note` changes memory and is pure, `act` has an effect that is counted, `done` ends the step."""

    notes: list[str] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)

    def all(self) -> tuple[Tool, ...]:
        async def note(arguments: Word) -> str:
            self.notes.append(arguments.word)
            return f"{len(self.notes)} notes"

        async def act(arguments: Word) -> str:
            if arguments.word == "fail":
                raise ToolError("it cannot be done")
            if arguments.word == "wrong":
                raise InvalidOutputError("it is wrong")
            self.acts.append(arguments.word)
            return f"did {arguments.word}"

        async def done(arguments: Done) -> str:
            return "ended"

        return (
            Tool("note", "Take a note.", Word, note, is_pure=True),
            Tool("act", "Do something.", Word, act),
            Tool("done", "End.", Done, done, ends=True),
        )


@dataclass
class OneClient:
    """Has one client, whatever is asked for."""

    client: ModelClient

    def get(self, name: str) -> ModelClient:
        return self.client


def only(client: ModelClient) -> ModelList:
    """Return the list of models with this one alone."""
    return ModelList(OneClient(client), client.name)


def unlimited(step: AnyStep) -> StepLimiter:
    """Return a limiter of this step alone, which limits nothing."""
    return Limiter(MemoryQueue()).of_step(uuid4(), uuid4(), step)


LIMITS = StepLimits(turns=20, tool_calls=100, output_tokens=1_000_000, cost_usd=2.0)


def conversation(
    model: Model,
    step: AnyStep,
    tools: Tools | None = None,
    *,
    prompt: Prompt | None = None,
    limits: StepLimits = LIMITS,
    continued: int = 0,
    permissions: Sequence[ToolDecision] = (),
    **changes: Any,
) -> Conversation:
    return Conversation(
        only(model.client(**changes)),
        prompt or Prompt("coder@1", "You are a coder.", "Role: coder\nStage: build\nRound: 1"),
        (tools or Tools()).all(),
        limits,
        step,
        unlimited(step),
        continued,
        permissions=permissions,
    )
