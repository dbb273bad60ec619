"""Check what an agent returned before any of it is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import UnionType

from artifacts import media_types
from artifacts.errors import InvalidArtifactError
from config.sizes import format_size
from crew.protocol import AgentError, Draft, Outcome
from models.contracts.enums import Verdict
from models.contracts.names import ArtifactType
from models.contracts.usage import Usage

MAX_INLINE_CHECK = 64 * 1024
"""Bytes of content that are checked without a thread, because starting one takes longer."""


async def check_outcome(outcome: Outcome, expected: Sequence[ArtifactType], max_bytes: int) -> None:
    """Check that it is an outcome, and that each expected output has one draft, of `max_bytes` at most, that fits its
    media type.

    Raises:
        AgentError: it does not. A draft that is too large would be so again: that is not retryable.
    """
    _check_types(outcome)
    produced = [draft.type for draft in outcome.drafts]
    if sorted(produced) != sorted(expected):
        raise AgentError(f"it must produce {', '.join(expected)} but produced {', '.join(produced) or 'nothing'}.")
    for draft in outcome.drafts:
        if len(draft.content) > max_bytes:
            raise AgentError(f"its {draft.type} is larger than {format_size(max_bytes)}.", retryable=False)
        try:
            if len(draft.content) > MAX_INLINE_CHECK:
                await asyncio.to_thread(media_types.check, draft.media_type, draft.content)
            else:
                media_types.check(draft.media_type, draft.content)
        except InvalidArtifactError as error:
            raise AgentError(f"its {draft.type} cannot be used. {error}") from None


def _check_types(outcome: object) -> None:
    """Check what an agent of another package may have returned: nothing checks its types.

    Raises:
        AgentError: it is not an outcome, or a part of it is something else.
    """
    if not isinstance(outcome, Outcome):
        raise AgentError(f"it returned {type(outcome).__name__} instead of an Outcome.")
    parts: list[tuple[str, object, type | UnionType]] = [
        ("drafts", outcome.drafts, tuple | list),
        ("confidence", outcome.confidence, float | int | None),
        ("usage", outcome.usage, Usage | None),
        ("note", outcome.note, str | None),
        ("warning", outcome.warning, str | None),
    ]
    for draft in outcome.drafts if isinstance(outcome.drafts, tuple | list) else ():
        parts.append(("drafts", draft, Draft))
        if isinstance(draft, Draft):
            parts += [("type of a draft", draft.type, str), ("media_type of a draft", draft.media_type, str)]
            parts.append(("content of a draft", draft.content, bytes))
    for name, value, expected in parts:
        if not isinstance(value, expected):
            raise AgentError(f"the {name} of its Outcome cannot be {type(value).__name__}.")
    if outcome.verdict is not None and outcome.verdict not in list(Verdict):  # a plain text will do
        raise AgentError(f"the verdict of its Outcome is {str(outcome.verdict)[:100]!r}, not {' or '.join(Verdict)}.")
    if outcome.confidence is not None and not 0 <= outcome.confidence <= 1:  # NaN is not, either
        raise AgentError(f"the confidence of its Outcome is {outcome.confidence}, and not from 0 to 1.")
