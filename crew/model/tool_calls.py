"""The calls of tools: validated, carried out once, their results stored. The model reads whatever goes wrong."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import orjson
import structlog
from pydantic import ValidationError

from crew.model import context
from crew.model.dialect import Call
from crew.model.limits import SAME_CALLS_END, SAME_CALLS_NUDGE
from crew.model.spans import tool_span
from crew.model.tool import Arguments, InvalidOutputError, Tool, ToolError
from crew.model.transcript_cursor import TranscriptCursor, dump
from crew.protocol import AgentError, PermissionNeededError
from crew.transcript import EntryKind, SupersededAttemptError
from models.contracts.tool_permission import ToolCall, ToolDecision
from sandbox.errors import SandboxError

log = structlog.get_logger(__name__)

TOOL_SECONDS = 300.0
"""How long a tool may run outside of the sandbox, which has limits of its own."""

LOST = (
    "Error: the worker died during this call. Whether it was carried out is unknown: find out before you call it again."
)
"""What a model reads of a call of an MCP server whose result is lost. It is not made again: it may have had effects."""

GO_ON = "\nA person has read this and asks you to try again."
"""What a model reads that has given up, once a person resumes its step."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a call: `ended` holds the arguments of a call that ended the step.

    `is_usable` is False if the call itself was wrong, so that the model has to correct it. `remark` is for the model
    alone, after the text.
    """

    text: str
    ended: Arguments | None = None
    is_usable: bool = False
    remark: str = ""


class ToolCalls:
    """The tools of one step.

    Args:
        report: tells the people who watch what is done now.
        state: returns what the tools have changed. The same call in another state is another call.
        continued: how many times a person continued the step. Each time it has another allowance of equal calls.
        permissions: what people decided on calls that need permission, in order. Each decision is for one call.
    """

    def __init__(
        self,
        tools: Mapping[str, Tool],
        cursor: TranscriptCursor,
        report: Callable[[str], Awaitable[None]],
        state: Callable[[], Hashable],
        continued: int,
        permissions: Sequence[ToolDecision] = (),
    ) -> None:
        self._tools = tools
        self._cursor = cursor
        self._report = report
        self._continued = continued
        self._state = state
        self._permissions = list(permissions)
        self._same: Counter[tuple[str, str, str, Hashable]] = Counter()

    async def execute(self, call: Call) -> Result:
        """Carry out a call, or read its stored result.

        Raises:
            AgentError: the same call has had the same result too often.
            PermissionNeededError: a person has to permit it.
        """
        try:
            tool, arguments = self._validated(call)
        except ToolError as error:
            return await self.refuse(call, str(error))
        decision = self._decision_on(tool, arguments)
        has_begun = tool.source is not None and self._cursor.next(EntryKind.REMARK, call.id) is not None
        stored = None if tool.is_pure else self._cursor.next(EntryKind.TOOL_RESULT, call.id)
        if stored is not None:
            result = orjson.loads(stored.body)
            text, ok, usable = result["text"], result["ok"], result["usable"]
            if tool.gives_up and result.get("continued", 0) < self._continued:
                return Result(text, None, usable, self._count_same(call, text) + GO_ON)
        elif has_begun:
            text, ok, usable = await self._answer(call, LOST)
        elif isinstance(decision, ToolCall):
            raise PermissionNeededError(decision)
        elif decision is not None and not decision.allowed:
            text, ok, usable = await self._answer(
                call, f"Error: a person does not permit this call: {decision.comment}"
            )
        else:
            text, ok, usable = await self._run(call, tool, arguments, decision)
        return Result(text, arguments if ok and tool.ends else None, usable, self._count_same(call, text))

    async def refuse(self, call: Call, problem: str) -> Result:
        """Answer a call that is not carried out with the problem, which the model has to correct."""
        text = context.truncate(context.visible(f"Error: {problem}"))
        await self._store(call, text, 0.0, ok=False, usable=False)
        return Result(text)

    async def _answer(self, call: Call, text: str) -> tuple[str, bool, bool]:
        """Answer a call that is right in itself, but is not carried out."""
        text = context.truncate(context.visible(text))
        await self._store(call, text, 0.0, ok=False, usable=True)
        return text, False, True

    def _validated(self, call: Call) -> tuple[Tool, Arguments]:
        tool = self._tools.get(call.tool)
        if tool is None:
            raise ToolError(f"there is no tool {call.tool[:100]}; there are {', '.join(self._tools)}.")
        if call.arguments is None:
            raise ToolError(f"the arguments of {tool.name} are not a JSON object. Write smaller pieces.")
        try:
            return tool, tool.arguments.model_validate(call.arguments)
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, each['loc'])) or 'arguments'}: {each['msg']}" for each in error.errors()[:10]
            )
            raise ToolError(context.truncate(f"the arguments of {tool.name} do not fit: {problems}")) from None
        except Exception as error:
            raise _unexpected(tool, error) from error

    def _decision_on(self, tool: Tool, arguments: Arguments) -> ToolDecision | ToolCall | None:
        """Return what was decided on a call that needs permission, or the call if nothing was. None: it needs none."""
        if not tool.asks_first:
            return None
        call = ToolCall.of(tool.source or tool.name, arguments.model_dump(mode="json"))
        decisions = [each for each in self._permissions if each.digest == call.digest]
        decision = next(iter(decisions[self._cursor.permissions_lost(call.digest) :]), None)
        if decision is not None:
            self._permissions.remove(decision)
        return decision or call

    async def _run(
        self, call: Call, tool: Tool, arguments: Arguments, permitted: ToolDecision | None
    ) -> tuple[str, bool, bool]:
        started = time.monotonic()
        await self._report(tool.name)
        if tool.source is not None:
            remark = {"text": f"Calling {tool.source}.", **({"permitted": permitted.digest} if permitted else {})}
            await self._cursor.add(EntryKind.REMARK, dump(remark), call_id=call.id)
        ok, usable = True, True
        with tool_span(tool.name, call.id, call.raw) as traced:
            try:
                async with asyncio.timeout(None if tool.in_sandbox else TOOL_SECONDS):
                    text = await tool.run(arguments)
            except ToolError as error:
                text, ok, usable = f"Error: {error}", False, not isinstance(error, InvalidOutputError)
            except TimeoutError:
                text, ok = f"Error: {tool.name} did not end within {TOOL_SECONDS:.0f} s.", False
            except (AgentError, SupersededAttemptError, SandboxError):
                raise
            except Exception as error:
                text, ok = f"Error: {_unexpected(tool, error)}", False
            text = context.truncate(context.visible(text))
            traced.returned(text, ok=ok)
        when = {"continued": self._continued} if tool.gives_up else {}
        await self._store(call, text, time.monotonic() - started, ok=ok, usable=usable, **when)
        return text, ok, usable

    async def _store(self, call: Call, text: str, seconds: float, *, ok: bool, usable: bool, **when: int) -> None:
        """Store a result, unless an earlier attempt has stored the same: a pure tool runs again."""
        body = dump({"tool": context.visible(call.tool), "text": text, "ok": ok, "usable": usable, **when})
        stored = self._cursor.peek()
        if stored is None or stored.body != body or not self._cursor.next(EntryKind.TOOL_RESULT, call.id):
            await self._cursor.add(EntryKind.TOOL_RESULT, body, call_id=call.id, seconds=seconds)

    def _count_same(self, call: Call, text: str) -> str:
        """Count a call with its result, in this state. Return what to add to the result if it repeats."""
        key = (call.tool, call.raw, text, self._state())
        self._same[key] += 1
        times = self._same[key]
        if times >= SAME_CALLS_END * (self._continued + 1):
            raise AgentError(
                f"it made the same call of {call.tool} {times} times, with the same result.", retryable=False
            )
        if times < SAME_CALLS_NUDGE:
            return ""
        return f"\n(You have made this call {times} times, with the same result each time. Do something else.)"


def _unexpected(tool: Tool, error: Exception) -> ToolError:
    """Return an error that no one has thought of, such as a full disk or a recursion without an end, for the model:
    another attempt would meet it again, and the model may avoid it."""
    log.warning("tool_raised", tool=tool.name, exc_info=error)
    return ToolError(f"{tool.name} failed with {type(error).__name__}: {context.truncate(str(error), 1_000)}")
