"""What a provider sends, made storable before anything else reads it. This is the only place where its data enters.

- In texts, NUL characters and lone surrogates become U+FFFD: neither PostgreSQL nor UTF-8 can store them.
- Names and ids longer than MAX_NAME are shortened and end with a hash, so that different ones remain different.
- Counts of tokens are from 0 to MAX_COUNT; what is no number counts as 0.
- JSON nested deeper than MAX_DEPTH is cut off there.
"""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic_ai.messages import ModelMessagesTypeAdapter, ModelResponse
from pydantic_ai.usage import RequestUsage

from models.contracts.contract import storable

MAX_NAME = 255
"""Characters of a name or an id."""

MAX_COUNT = 2**31 - 1
"""The largest value of the columns for tokens."""

MAX_DEPTH = 100
"""Levels of nested JSON; Python's own limit is reached at about 1,000."""

TOO_DEEP = "[nested too deeply]"

_NAMES = ("tool_name", "tool_call_id")
_NO_COUNTS = ("audio_seconds", "cost")


def storable_response(response: ModelResponse) -> ModelResponse:
    """Return a response that can be stored.

    Raises:
        ValueError: it has not the form of a response.
    """
    (dumped,) = ModelMessagesTypeAdapter.dump_python([response], warnings=False)
    found = {**storable_json({**dumped, "usage": None}), "usage": _usage(dumped["usage"])}
    found["model_name"] = _shortened(found["model_name"])
    for part in found["parts"]:
        part.update({name: _shortened(part[name]) for name in _NAMES if name in part})
    (clean,) = ModelMessagesTypeAdapter.validate_python([found])
    assert isinstance(clean, ModelResponse)
    return clean


def is_plausible(usage: RequestUsage) -> bool:
    """Return whether a provider has said what a call used: there is input, and no count had to be limited."""
    return 0 < usage.input_tokens < MAX_COUNT and usage.output_tokens < MAX_COUNT


def storable_json(value: Any, depth: int = 0) -> Any:
    """Return JSON whose texts can be stored, without what is nested too deeply."""
    if isinstance(value, str):
        return storable(value)
    if not isinstance(value, dict | list | tuple):
        return value
    if depth == MAX_DEPTH:
        return TOO_DEEP
    if isinstance(value, dict):
        return {storable_json(key): storable_json(each, depth + 1) for key, each in value.items()}
    return [storable_json(each, depth + 1) for each in value]


def _shortened(name: Any) -> Any:
    if not isinstance(name, str) or len(name) <= MAX_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:32]
    return f"{name[: MAX_NAME - len(digest) - 1]}-{digest}"


def _usage(usage: dict[str, Any]) -> dict[str, Any]:
    details = {storable(str(name)): _count(value) for name, value in (usage.get("details") or {}).items()}
    counts = {name: value if name in _NO_COUNTS else _count(value) for name, value in usage.items()}
    return {**counts, "details": details}


def _count(value: Any) -> int:
    try:
        return min(max(int(value), 0), MAX_COUNT)
    except (TypeError, ValueError, OverflowError):
        return 0
