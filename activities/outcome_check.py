"""Check what an agent returned before any of it is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from artifacts import media_types
from artifacts.errors import InvalidArtifactError
from crew.protocol import AgentError, Outcome
from models.contracts.names import ArtifactType

MAX_INLINE_CHECK = 64 * 1024
"""Bytes of content that are checked without a thread, because starting one takes longer."""


async def check_outcome(outcome: Outcome, expected: Sequence[ArtifactType], max_bytes: int) -> None:
    """Check that each expected output has one draft, of `max_bytes` at most, that fits its media type.

    Raises:
        AgentError: it does not. A draft that is too large would be so again: that is not retryable.
    """
    produced = [draft.type for draft in outcome.drafts]
    if sorted(produced) != sorted(expected):
        raise AgentError(f"it must produce {', '.join(expected)} but produced {', '.join(produced) or 'nothing'}.")
    for draft in outcome.drafts:
        if len(draft.content) > max_bytes:
            raise AgentError(
                f"its {draft.type} has {len(draft.content)} bytes; the limit is {max_bytes}.", retryable=False
            )
        try:
            if len(draft.content) > MAX_INLINE_CHECK:
                await asyncio.to_thread(media_types.check, draft.media_type, draft.content)
            else:
                media_types.check(draft.media_type, draft.content)
        except InvalidArtifactError as error:
            raise AgentError(f"its {draft.type} cannot be used. {error}") from None
