"""Conversations with a model, written straight into the database as a step writes them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from pydantic_ai.messages import (
    ModelMessagesTypeAdapter,
    ModelResponse,
    ModelResponsePart,
    TextPart,
    ThinkingPart,
    ToolCallPart,
)

from crew.transcript import EntryKind
from store import transcripts
from store.transaction import Store

MODEL = "openai:gpt-5"
ANSWERED_BY = "gpt-5-2025-08-07"


class Writer:
    """Writes the transcript of one task, entry by entry."""

    def __init__(self, store: Store, task_id: str) -> None:
        self._store = store
        self._task_id = UUID(task_id)
        self.position = 0

    async def prompt(self, *, system: str = "You write code.", task: str = "Role: coder\nStage: build") -> None:
        tools: list[dict[str, Any]] = [{"name": name, "description": ""} for name in ("write_file", "finish")]
        body = {"version": "coder@3f2a90c1d7be", "system": system, "task": task, "tools": tools, "dialect": "native"}
        await self._add(EntryKind.PROMPT, orjson.dumps(body), model=MODEL)

    async def turn(
        self, *calls: tuple[str, str, Any], text: str = "", thinking: str = "", cost_usd: float = 0.01
    ) -> None:
        """Write a response with calls: of each the id, the tool, and the arguments, as an object or as text."""
        parts: list[ModelResponsePart] = [ThinkingPart(thinking)] if thinking else []
        parts += [TextPart(text)] if text else []
        parts += [ToolCallPart(tool, arguments, tool_call_id=id) for id, tool, arguments in calls]
        response = ModelResponse(parts=parts, model_name=ANSWERED_BY, finish_reason="tool_call")
        body = ModelMessagesTypeAdapter.dump_json([response])
        used = {"input_tokens": 1000, "output_tokens": 100, "cached_tokens": 400, "cost_usd": cost_usd, "seconds": 2.0}
        await self._add(EntryKind.RESPONSE, body, model=ANSWERED_BY, **used)

    async def result(self, call_id: str, tool: str, text: str, *, ok: bool = True) -> None:
        body = orjson.dumps({"tool": tool, "text": text, "ok": ok, "usable": ok})
        await self._add(EntryKind.TOOL_RESULT, body, call_id=call_id, seconds=0.5)

    async def remark(self, text: str) -> None:
        await self._add(EntryKind.REMARK, orjson.dumps({"text": text}))

    async def rewind(self, position: int) -> None:
        async with self._store.reading() as connection:
            await transcripts.discard(connection, self._task_id, position)
        self.position = position

    async def _add(self, kind: EntryKind, body: bytes, **fields: Any) -> None:
        entry = {
            "position": self.position,
            "kind": kind,
            "fingerprint": "",
            "call_id": None,
            "body": body,
            "model": None,
            "input_tokens": 0,
            "output_tokens": 0,
            "cached_tokens": 0,
            "cost_usd": 0.0,
            "seconds": 0.0,
        }
        async with self._store.reading() as connection:
            assert await transcripts.add(connection, self._task_id, entry | fields)
        self.position += 1
