"""The loop of a step: ask the model, store its response, carry out its calls, store their results, until it is done.

Everything is stored before the next request. A later attempt of the step runs the same loop from the start against the
stored entries, so that no response is paid for twice and no tool with effects runs twice.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import asdict, dataclass

import orjson
import pydantic_ai
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter, ModelRequest, ModelResponse, UserPromptPart

from crew.model.clients import ModelClient
from crew.model.limits import MAX_CORRECTIONS, StepLimits
from crew.model.model_call import ModelCaller
from crew.model.prompt import Prompt
from crew.model.tool import Arguments, Tool
from crew.model.tool_calls import Result, ToolCalls
from crew.model.transcript_cursor import TranscriptCursor, describe_tools, dump
from crew.protocol import AgentError, Step, Usage
from crew.transcript import EntryKind


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
        continued: how many times a person let this step go on after it had ended.
        state: returns what the tools have changed, which tells equal calls apart.
    """

    def __init__(
        self,
        client: ModelClient,
        prompt: Prompt,
        tools: tuple[Tool, ...],
        limits: StepLimits,
        step: Step,
        continued: int = 0,
        state: Callable[[], Hashable] = lambda: None,
    ) -> None:
        self._client = client
        self._prompt = prompt
        self._tools = tools
        self._limits = limits
        self._step = step
        self._times = continued + 1
        self._state = state
        self._caller = ModelCaller(client, tools, step)
        self._messages: list[ModelMessage] = []
        self._turns = self._input_tokens = self._output_tokens = 0
        self._cost_usd = 0.0
        self._answered_by = client.name

    async def run(self) -> Completed:
        """Talk until a call ends the step.

        Raises:
            AgentError: the model failed, or a limit is reached.
        """
        self._cursor = TranscriptCursor(self._step.transcript, await self._step.transcript.entries())
        self._calls = ToolCalls(
            {tool.name: tool for tool in self._tools}, self._cursor, self._report, self._state, self._times
        )
        await self._open()
        corrections, first_correction = 0, 0
        while True:
            start = self._cursor.position
            calls = self._client.dialect.calls(await self._response())
            results: list[Result] = []
            for call in calls:
                result = await self._calls.carry_out(call)
                if result.ended is not None:  # what follows it in this response is not carried out
                    await self._cursor.end()
                    return Completed(call.tool, result.ended, self._turns, self._usage())
                results.append(result)
            usable = any(result.is_usable for result in results)
            corrections, first_correction = (0, 0) if usable else (corrections + 1, first_correction or start)
            if corrections > MAX_CORRECTIONS:
                # The next attempt asks again from before the first of them, rather than reading the same errors.
                await self._cursor.rewind(first_correction)
                problem = results[-1].text if results else "its responses call no tool."
                raise AgentError(f"{self._client.name} returned no usable response in {corrections} turns: {problem}")
            parts = [
                part
                for call, result in zip(calls, results, strict=True)
                for part in self._client.dialect.result(call, result.text)
            ]
            self._messages.append(ModelRequest(parts=parts or [UserPromptPart(await self._remark_no_call())]))

    async def _open(self) -> None:
        """Start with the prompt that the task began with, if its tools are still the same; else from the beginning."""
        client, tools = self._client, describe_tools(self._tools)
        pinned = self._cursor.peek()
        body = orjson.loads(pinned.body) if pinned is not None and pinned.kind is EntryKind.PROMPT else None
        if body is not None and body["tools"] == tools and body["dialect"] == client.dialect.name:
            self._prompt = Prompt(body["version"], body["system"], body["task"])
            self._cursor.next(EntryKind.PROMPT)
        else:
            asked = {"tools": tools, "dialect": client.dialect.name, "settings": client.settings}
            await self._cursor.add(EntryKind.PROMPT, dump({**asdict(self._prompt), **asked}), model=client.name)
        system = client.dialect.system(self._prompt.system, self._tools)
        self._messages.append(ModelRequest(parts=[UserPromptPart(self._prompt.task)], instructions=system))

    async def _response(self) -> ModelResponse:
        """Return the next response: the stored one, or a new one, stored before anything else happens."""
        stored = self._cursor.next(EntryKind.RESPONSE)
        if stored is not None:
            (response,) = ModelMessagesTypeAdapter.validate_json(stored.body)
            assert isinstance(response, ModelResponse)
            cost = stored.cost_usd
        else:
            self._check_limits()
            await self._step.progress(f"turn {self._turns + 1}: asking {self._client.name}")
            answer = await self._caller.ask(self._messages, self._cost_usd, self._limits.cost_usd)
            response, cost = answer.response, answer.cost_usd
            await self._cursor.add(
                EntryKind.RESPONSE,
                answer.body,
                settles=answer.reservation,
                model=response.model_name,
                input_tokens=response.usage.input_tokens,
                output_tokens=response.usage.output_tokens,
                cached_tokens=response.usage.cache_read_tokens,
                cost_usd=cost,
                seconds=answer.seconds,
            )
        self._turns += 1
        self._input_tokens += response.usage.input_tokens
        self._output_tokens += response.usage.output_tokens
        self._cost_usd += cost
        self._answered_by = response.model_name or self._answered_by
        self._messages.append(response)
        return response

    def _check_limits(self) -> None:
        limits = self._limits
        for used, most, what in (
            (self._turns, limits.turns, "turns"),
            (self._calls.count, limits.tool_calls, "tool calls"),
            (self._output_tokens, limits.output_tokens, "tokens of output"),
        ):
            if used >= most:
                raise AgentError(f"it used all {most:,} {what} without finishing.", retryable=False)

    async def _remark_no_call(self) -> str:
        """Return what to say to a response without a call, stored for the readers of the transcript."""
        endings = " or ".join(tool.name for tool in self._tools if tool.ends)
        text = f"Your response calls no tool. Call one; the step ends when you call {endings}."
        if self._cursor.next(EntryKind.REMARK) is None:
            await self._cursor.add(EntryKind.REMARK, dump({"text": text}))
        return text

    async def _report(self, doing: str) -> None:
        tokens = self._input_tokens + self._output_tokens
        await self._step.progress(
            f"turn {self._turns}: {doing}", turn=self._turns, tokens=tokens, cost_usd=round(self._cost_usd, 6)
        )

    def _usage(self) -> Usage:
        return Usage(
            self._answered_by,
            self._input_tokens,
            self._output_tokens,
            self._cost_usd,
            asked_for=self._client.name,
            prompt_version=self._prompt.version,
            framework=f"pydantic-ai {pydantic_ai.__version__}",
        )
