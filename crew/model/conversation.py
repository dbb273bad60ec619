"""The loop of a step: ask the model, store its response, carry out its calls, store their results, until it is done.

Everything is stored before the next request. A later attempt of the step runs the same loop from the start against the
stored entries, so that no response is paid for twice and no tool with effects runs twice.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import asdict, dataclass, replace

import orjson
import pydantic_ai
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter, ModelRequest, ModelResponse, UserPromptPart

from config.sizes import format_size
from crew.model.clients import ModelClient
from crew.model.dialect import Dialect
from crew.model.fallback_caller import FallbackCaller
from crew.model.limiter.limiter import StepLimiter
from crew.model.limits import MAX_BYTES, MAX_CORRECTIONS, MAX_TURNS, StepLimits
from crew.model.model_list import ModelList
from crew.model.prompt import Prompt
from crew.model.tool import Arguments, Tool, require_unchanged
from crew.model.tool_calls import Result, ToolCalls
from crew.model.transcript_cursor import TranscriptCursor, describe_tools, dump
from crew.protocol import AgentError, Step
from crew.transcript import EntryKind
from models.contracts.tool_permission import ToolDecision
from models.contracts.usage import Usage

CUT = (
    "the response reached the limit of its length and was cut off. Nothing of it was carried out, even if it looks "
    "complete. Write smaller pieces."
)
"""What a model reads whose response ended at the limit of output tokens."""


@dataclass(frozen=True, slots=True)
class Completed:
    """The call that ended a conversation, and what it cost."""

    tool: str
    arguments: Arguments
    turns: int
    usage: Usage


class Conversation:
    """One conversation with a model.

    Args:
        continued: how many times a person continued this step after it had ended.
        state: returns what the tools have changed, which tells equal calls apart.
        permissions: what people decided on calls of its tools, in order.
    """

    def __init__(
        self,
        models: ModelList,
        prompt: Prompt,
        tools: tuple[Tool, ...],
        limits: StepLimits,
        step: Step,
        limiter: StepLimiter,
        continued: int = 0,
        state: Callable[[], Hashable] = lambda: None,
        permissions: Sequence[ToolDecision] = (),
    ) -> None:
        self._models = models
        self._prompt = prompt
        self._tools = tools
        self._limits = limits
        self._step = step
        self._continued = continued
        self._state = state
        self._permissions = permissions
        self._limiter = limiter
        self._messages: list[ModelMessage] = []

    async def run(self) -> Completed:
        """Talk until a call ends the step.

        Raises:
            AgentError: the model failed, or a limit is reached.
        """
        self._cursor = TranscriptCursor(self._step.transcript, await self._step.transcript.entries())
        self._models.resume(self._cursor.used.current)
        self._caller = FallbackCaller(self._models, self._tools, self._cursor, self._step, self._limiter)
        self._calls = ToolCalls(
            {tool.name: tool for tool in self._tools},
            self._cursor,
            self._report,
            self._state,
            self._continued,
            self._permissions,
        )
        await self._open()
        corrections, first_correction = 0, 0
        while True:
            start = self._cursor.position
            response, dialect = await self._response()
            calls, is_cut = dialect.calls(response), response.finish_reason == "length"
            results: list[Result] = []
            for call in calls:
                result = await (self._calls.refuse(call, CUT) if is_cut else self._calls.execute(call))
                if result.ended is not None:  # what follows it in this response is not carried out
                    await self._cursor.end()
                    return Completed(call.tool, result.ended, self._cursor.used.turns, self._usage())
                results.append(result)
            usable = any(result.is_usable for result in results)
            corrections, first_correction = (0, 0) if usable else (corrections + 1, first_correction or start)
            if corrections > MAX_CORRECTIONS:
                # The next attempt asks again from before the first of them, rather than reading the same errors.
                no_call = CUT if is_cut else "its responses call no tool."
                problem = results[-1].text.removeprefix("Error: ") if results else no_call
                failure = f"{self._models.current} returned no usable response in {corrections} turns: {problem}"
                await self._cursor.rewind(first_correction, failure)
                raise AgentError(failure)
            parts = [
                part
                for call, result in zip(calls, results, strict=True)
                for part in dialect.result(call, result.text + result.remark)
            ]
            self._messages.append(ModelRequest(parts=parts or [UserPromptPart(await self._remark_no_call(is_cut))]))

    async def _open(self) -> None:
        """Start with the prompt that the task began with, if its tools are still the same; else from the beginning."""
        client, tools = self._models.first_usable(), describe_tools(self._tools)
        pinned = self._cursor.peek()
        body = orjson.loads(pinned.body) if pinned is not None and pinned.kind is EntryKind.PROMPT else None
        if body is not None:
            require_unchanged(self._tools, tools, body["tools"])
        began_in = self._models.dialect_of(pinned.asked_for) if pinned is not None else client.dialect
        if body is not None and body["tools"] == tools and body["dialect"] == began_in.name:
            self._prompt = Prompt(body["version"], body["system"], body["task"])
            self._cursor.next(EntryKind.PROMPT)
        else:
            asked = {"tools": tools, "dialect": client.dialect.name, "settings": client.settings}
            body = {**asdict(self._prompt), **asked}
            await self._cursor.add(EntryKind.PROMPT, dump(body), asked_for=client.name, model=client.name)
        self._messages.append(ModelRequest(parts=[UserPromptPart(self._prompt.task)]))

    async def _response(self) -> tuple[ModelResponse, Dialect]:
        """Return the next response: the stored one, or a new one, stored before anything else happens; and how the
        model that gave it calls tools."""
        stored = self._cursor.next(EntryKind.RESPONSE)
        if stored is not None:
            (response,) = ModelMessagesTypeAdapter.validate_json(stored.body)
            assert isinstance(response, ModelResponse)
            dialect = self._models.dialect_of(stored.asked_for)
        else:
            self._check_limits()
            await self._step.progress(f"turn {self._cursor.used.turns + 1}: asking {self._models.current}")
            response, client = await self._caller.ask(self._shown_to, self._limits.cost_usd)
            dialect = client.dialect
        self._messages.append(response)
        return response, dialect

    def _shown_to(self, client: ModelClient) -> list[ModelMessage]:
        """Return the conversation in the form in which a model reads it, whichever models have taken part in it."""
        first, *others = client.dialect.shown(self._messages)
        assert isinstance(first, ModelRequest)
        return [replace(first, instructions=client.dialect.system(self._prompt.system, self._tools)), *others]

    def _check_limits(self) -> None:
        limits, used = self._limits, self._cursor.used
        if used.turns >= MAX_TURNS or used.bytes >= MAX_BYTES:
            raise AgentError(
                f"its transcript is full: it has {used.turns:,} turns and {format_size(used.bytes)}, and may have "
                f"{MAX_TURNS:,} and {format_size(MAX_BYTES)}. Amend with a comment: that starts a new round, with an "
                "empty transcript.",
                retryable=False,
            )
        for count, most, what in (
            (used.turns, limits.turns, "turns"),
            (used.tool_calls, limits.tool_calls, "tool calls"),
            (used.output_tokens, limits.output_tokens, "tokens of output"),
        ):
            if count >= most:
                raise AgentError(f"it used all {most:,} {what} without finishing.{used.last_problem}", retryable=False)

    async def _remark_no_call(self, is_cut: bool) -> str:
        """Return what to say to a response without a call, stored for the readers of the transcript."""
        endings = " or ".join(tool.name for tool in self._tools if tool.ends)
        text = f"Error: {CUT}" if is_cut else "Your response calls no tool."
        text += f" Call one; the step ends when you call {endings}."
        if self._cursor.next(EntryKind.REMARK) is None:
            await self._cursor.add(EntryKind.REMARK, dump({"text": text}))
        return text

    async def _report(self, doing: str) -> None:
        used = self._cursor.used
        tokens = used.input_tokens + used.output_tokens
        await self._step.progress(
            f"turn {used.turns}: {doing}", turn=used.turns, tokens=tokens, cost_usd=round(used.cost_usd, 6)
        )

    def _usage(self) -> Usage:
        used, name, fallbacks = self._cursor.used, self._models.current, self._cursor.used.fallbacks
        client = self._models.client(name)
        usage = Usage(
            model=", ".join(sorted(used.answered_by)) or name,
            input_tokens=used.input_tokens,
            output_tokens=used.output_tokens,
            cost_usd=used.cost_usd,
            asked_for=", ".join(sorted(used.asked_for)) or name,
            prompt_version=self._prompt.version,
            framework=f"pydantic-ai {pydantic_ai.__version__}",
            settings={"tools": client.dialect.name, **client.settings},
        )
        return usage.model_copy(update={"fallbacks": tuple(fallbacks)}) if fallbacks else usage
