"""A person's permission for a call of a tool that belongs to an MCP server."""

from __future__ import annotations

import hashlib
from typing import Any, Self

import orjson
from pydantic import Field

from .contract import Contract


class ToolCall(Contract):
    """A call that waits for a person. The decision is bound to `digest`: another call needs another one."""

    tool: str = Field(description="The tool, as `server/tool`.")
    arguments: dict[str, Any] = Field(description="What it is called with.")
    digest: str = Field(description="SHA-256 of tool and arguments, in hexadecimal digits.")

    @classmethod
    def of(cls, tool: str, arguments: dict[str, Any]) -> Self:
        body = orjson.dumps([tool, arguments], option=orjson.OPT_SORT_KEYS)
        return cls(tool=tool, arguments=arguments, digest=hashlib.sha256(body).hexdigest())


class ToolDecision(Contract):
    """What a person decided on a call."""

    digest: str
    allowed: bool
    comment: str | None = None
