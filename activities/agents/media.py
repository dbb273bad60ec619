"""Whether content is what its media type says, and safe for whoever lays it out."""

from __future__ import annotations

from activities.agents import files, zips
from activities.agents.protocol import FILES, ZIP, AgentError


def check(media_type: str, content: bytes) -> None:
    """Takes its time with large ones: use a thread.

    Raises:
        AgentError: the content does not fit (not retryable).
    """
    if media_type == FILES:
        files.unpack(content)
    elif media_type == ZIP:
        zips.check(content)
    elif media_type.startswith("text/"):
        try:
            content.decode()
        except UnicodeDecodeError:
            raise AgentError(f"It is not UTF-8, as {media_type} should be.", retryable=False) from None
