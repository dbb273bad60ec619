"""ETags: what a client has already need not be sent again."""

from __future__ import annotations

from hashlib import sha256


def tag_of(*parts: str | None, weak: bool = False) -> str:
    """The ETag of what the parts tell apart; a weak one says that the bytes may differ where the meaning does not."""
    opaque = '"' + ".".join(filter(None, parts)) + '"'
    return f"W/{opaque}" if weak else opaque


def short(text: str | None) -> str | None:
    """A part of an ETag for text of any length."""
    return None if text is None else sha256(text.encode()).hexdigest()[:16]


def unchanged(if_none_match: str | None, tag: str) -> bool:
    """Whether an If-None-Match names the tag, weak or strong alike (RFC 9110, section 13.1.2). The tag has no comma."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    return _opaque(tag) in map(_opaque, if_none_match.split(","))


def _opaque(tag: str) -> str:
    return tag.strip().removeprefix("W/")
