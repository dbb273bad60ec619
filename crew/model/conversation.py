"""The loop of a step: ask the model, store its response, carry out its calls, store their results, until it is done.

Everything is stored before the next request. A later attempt of the step runs the same loop from the start against the
stored entries, so that no response is paid for twice and no tool with effects runs twice.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass

import orjson
import pydantic_ai
from pydantic import ValidationError
from pydantic_ai.direct import model_request
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter, ModelRequest, ModelResponse, UserPromptPart

from crew.model import context
from crew.model.dialect import Call
from crew.model.failures import TRANSIENT, failure_of
from crew.model.limits import MAX_CORRECTIONS, SAME_CALLS_END, SAME_CALLS_NUDGE, StepLimits
from crew.model.record import Record, describe_tools, dump
from crew.model.source import Source
from crew.model.tool import Arguments, Tool, ToolError
from crew.protocol import AgentError, BudgetExhaustedError, EntryKind, Step, Usage

RETRY_DELAYS = (1.0, 4.0, 16.0)
"""Seconds between the tries of a call whose server has a problem."""

TOOL_SECONDS = 300.0
"""How long a tool may run; the sandbox has shorter limits of its own."""

MAX_RESPONSE = 1024 * 1024
"""Bytes of a response, as JSON."""

NO_CALL = "Your response calls no tool. Call one; the step ends when you call {ends}."


class InvalidOutputError(ToolError):
    """What the model submitted cannot be used. The message names the problem; the model may correct it twice."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the agent reads: `system` is ours alone, `task` contains data. `version` names and hashes the prompt."""

    version: str
    system: str
    task: str


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
    """

    def __init__(
        self,
        source: Source,
        prompt: Prompt,
        tools: tuple[Tool, ...],
        limits: StepLimits,
        step: Step,
        continued: int = 0,
    ) -> None:
        self._source = source
        self._prompt = prompt
        self._tools = {tool.name: tool for tool in tools}
        self._limits = limits
        self._step = step
        self._continued = continued
        self._messages: list[ModelMessage] = []
        self._same_calls: Counter[tuple[str, str, str]] = Counter()
        self._turns = self._tool_calls = self._output_tokens = 0
        self._input_tokens = 0
        self._cost_usd = 0.0
        self._answered_by = source.name

    async def run(self) -> Completed:
        """Talk until a call ends the step.

        Raises:
            AgentError: the model failed, or a limit is reached.
        """
        self._record = Record(self._step.transcript, await self._step.transcript.entries())
        await self._open()
        corrections, first_correction = 0, 0
        while True:
            start = self._record.position
            response = await self._response()
            calls = self._source.dialect.calls(response)
            results = [await self._carry_out(call) for call in calls]
            for call, result in zip(calls, results, strict=True):
                if result.ended is not None:
                    return Completed(call.tool, result.ended, self._turns, self._usage())
            usable = any(result.is_usable for result in results)
            corrections, first_correction = (0, 0) if usable else (corrections + 1, first_correction or start)
            if corrections > MAX_CORRECTIONS:
                # The next attempt asks again from before the first of them, rather than reading the same errors.
                await self._record.rewind(first_correction)
                problem = results[-1].text if results else "its responses call no tool."
                raise AgentError(
                    f"{self._source.name} did not give a usable response in {corrections} turns: {problem}"
                )
            parts = [
                part
                for call, result in zip(calls, results, strict=True)
                for part in self._source.dialect.result(call, result.text)
            ]
            if not calls:
                parts = [UserPromptPart(await self._remark(NO_CALL.format(ends=self._endings)))]
            self._messages.append(ModelRequest(parts=parts))

    async def _open(self) -> None:
        """Start with the prompt that the task began with, if its tools are still the same; else from the beginning."""
        source = self._source
        tools = describe_tools(tuple(self._tools.values()))
        pinned = self._record.peek()
        told = orjson.loads(pinned.body) if pinned is not None and pinned.kind is EntryKind.PROMPT else None
        if told is not None and told["tools"] == tools and told["dialect"] == source.dialect.name:
            self._prompt = Prompt(told["version"], told["system"], told["task"])
            self._record.next(EntryKind.PROMPT)
        else:
            prompt = self._prompt
            body = {"version": prompt.version, "system": prompt.system, "task": prompt.task, "tools": tools}
            await self._record.add(EntryKind.PROMPT, dump({**body, "dialect": source.dialect.name}), model=source.name)
        system = source.dialect.system(self._prompt.system, tuple(self._tools.values()))
        self._messages.append(ModelRequest(parts=[UserPromptPart(self._prompt.task)], instructions=system))

    async def _response(self) -> ModelResponse:
        """Return the next response: the stored one, or a new one."""
        stored = self._record.next(EntryKind.RESPONSE)
        if stored is not None:
            (response,) = ModelMessagesTypeAdapter.validate_json(stored.body)
            assert isinstance(response, ModelResponse)
            cost = stored.cost_usd
        else:
            self._check_limits()
            response, cost = await self._ask()
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
            (self._tool_calls, limits.tool_calls, "tool calls"),
            (self._output_tokens, limits.output_tokens, "tokens of output"),
        ):
            if used >= most:
                raise AgentError(f"it has used its {most:,} {what} without an end.", retryable=False)

    async def _ask(self) -> tuple[ModelResponse, float]:
        """Ask the model, store the response and settle what it cost."""
        source = self._source
        messages = context.fit(self._messages, source.context_tokens - source.max_output_tokens)
        at_most = source.price.at_most(context.count(messages), source.max_output_tokens)
        if self._cost_usd + at_most > self._limits.cost_usd:
            raise BudgetExhaustedError(
                f"it has spent {self._cost_usd:.2f} of its {self._limits.cost_usd:.2f} USD, and the next turn may cost "
                f"{at_most:.2f}."
            )
        started = time.monotonic()
        reservation = await self._step.transcript.reserve(at_most)
        try:
            response = await self._try_to_ask(messages)
        except asyncio.CancelledError:
            # Nobody knows what the provider bills: book all of it.
            await asyncio.shield(self._step.transcript.release(reservation, at_most))
            raise
        except Exception as error:
            await self._step.transcript.release(reservation)
            raise failure_of(error, source.name, source.secrets) from error
        cost = source.price.of(response.usage)
        body = ModelMessagesTypeAdapter.dump_json([response])
        if problem := _unusable(response, body):
            await self._step.transcript.release(reservation, cost)
            raise AgentError(f"{source.name} {problem}")
        await self._record.add(
            EntryKind.RESPONSE,
            body,
            settles=reservation,
            model=response.model_name,
            input_tokens=response.usage.input_tokens,
            output_tokens=response.usage.output_tokens,
            cached_tokens=response.usage.cache_read_tokens,
            cost_usd=cost,
            seconds=time.monotonic() - started,
        )
        return response, cost

    async def _try_to_ask(self, messages: list[ModelMessage]) -> ModelResponse:
        source = self._source
        parameters = source.dialect.parameters(tuple(self._tools.values()))
        for delay in (*RETRY_DELAYS, None):
            try:
                async with source.slots:
                    return await model_request(
                        source.model, messages, model_settings=source.settings, model_request_parameters=parameters
                    )
            except TRANSIENT:
                if delay is None:
                    raise
                await self._step.progress(f"waiting for {source.name}, which does not answer")
                await asyncio.sleep(delay)
        raise AssertionError("unreachable")

    async def _carry_out(self, call: Call) -> _Result:
        """Carry out a call, or read its stored result. The model reads what went wrong."""
        self._tool_calls += 1
        tool, arguments, problem = self._validated(call)
        if tool is None or arguments is None:
            text, ended, usable = problem, None, False
            stored = self._record.next(EntryKind.TOOL_RESULT, call.id)
            if stored is None:
                await self._store_result(call, text, 0.0)
        else:
            text, ended, usable = await self._run(call, tool, arguments)
        return _Result(text, ended, usable)

    async def _run(self, call: Call, tool: Tool, arguments: Arguments) -> tuple[str, Arguments | None, bool]:
        stored = None if tool.is_pure else self._record.next(EntryKind.TOOL_RESULT, call.id)
        if stored is not None:
            result = orjson.loads(stored.body)
            text, ok, usable = result["text"], result["ok"], result["usable"]
        else:
            text, ok, usable = await self._run_now(call, tool, arguments)
        return text + self._count_same(call, text), arguments if ok and tool.ends else None, usable

    async def _run_now(self, call: Call, tool: Tool, arguments: Arguments) -> tuple[str, bool, bool]:
        started = time.monotonic()
        await self._step.progress(f"turn {self._turns}: {tool.name}")
        ok, usable = True, True
        try:
            async with asyncio.timeout(TOOL_SECONDS):
                text = await tool.run(arguments)
        except ToolError as error:
            text, ok, usable = f"Error: {error}", False, not isinstance(error, InvalidOutputError)
        except TimeoutError:
            text, ok = f"Error: {tool.name} did not end within {TOOL_SECONDS:.0f} s.", False
        text = context.cut(text)
        await self._store_result(call, text, time.monotonic() - started, ok=ok, usable=usable)
        return text, ok, usable

    async def _store_result(
        self, call: Call, text: str, seconds: float, *, ok: bool = False, usable: bool = False
    ) -> None:
        body = dump({"tool": call.tool, "text": text, "ok": ok, "usable": usable})
        stored = self._record.peek()
        if stored is not None and stored.body == body and self._record.next(EntryKind.TOOL_RESULT, call.id):
            return  # a pure tool has run again
        await self._record.add(EntryKind.TOOL_RESULT, body, call_id=call.id, seconds=seconds)

    def _validated(self, call: Call) -> tuple[Tool | None, Arguments | None, str]:
        tool = self._tools.get(call.tool)
        if tool is None:
            return None, None, f"Error: there is no tool {call.tool[:100]}; there are {', '.join(self._tools)}."
        if call.arguments is None:
            return tool, None, f"Error: the arguments of {tool.name} are not a JSON object. Write smaller pieces."
        try:
            return tool, tool.arguments.model_validate(call.arguments), ""
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, each['loc'])) or 'arguments'}: {each['msg']}" for each in error.errors()[:10]
            )
            return tool, None, context.cut(f"Error: the arguments of {tool.name} do not fit: {problems}")

    def _count_same(self, call: Call, text: str) -> str:
        """Count a call with its result. Return what to add to the result if it repeats.

        Raises:
            AgentError: it has repeated too often.
        """
        key = (call.tool, call.raw, text)
        self._same_calls[key] += 1
        times = self._same_calls[key]
        if times >= SAME_CALLS_END * (self._continued + 1):
            raise AgentError(
                f"it made the same call of {call.tool} {times} times, with the same result.", retryable=False
            )
        if times < SAME_CALLS_NUDGE:
            return ""
        return f"\n(You have made this call {times} times, with the same result each time. Do something else.)"

    async def _remark(self, text: str) -> str:
        """Store a remark of ours, which a reader of the transcript should see."""
        if self._record.next(EntryKind.REMARK) is None:
            await self._record.add(EntryKind.REMARK, dump({"text": text}))
        return text

    @property
    def _endings(self) -> str:
        return " or ".join(tool.name for tool in self._tools.values() if tool.ends)

    def _usage(self) -> Usage:
        return Usage(
            self._answered_by,
            self._input_tokens,
            self._output_tokens,
            self._cost_usd,
            asked_for=self._source.name,
            prompt_version=self._prompt.version,
            framework=f"pydantic-ai {pydantic_ai.__version__}",
        )


@dataclass(frozen=True, slots=True)
class _Result:
    """The result of a call: `ended` holds the arguments of a call that ended the step."""

    text: str
    ended: Arguments | None
    is_usable: bool


def _unusable(response: ModelResponse, body: bytes) -> str | None:
    """Return why a response cannot be used at all, or None."""
    if response.finish_reason == "content_filter":
        return "refused to answer."
    # pydantic_ai replaces a missing reason by "stop" for OpenAI's API, where only the details show what was said.
    shows_reason = response.provider_url is not None and response.provider_name != "anthropic"
    reason = (response.provider_details or {}).get("finish_reason") if shows_reason else response.finish_reason
    if reason is None:
        return "did not say why its response ended; it was probably cut off."
    if len(body) > MAX_RESPONSE:
        return f"returned {len(body):,} bytes; at most {MAX_RESPONSE:,} are read."
    return None
