"""ETags and conditional requests."""

from __future__ import annotations

from hashlib import sha256


def make_etag(*parts: str | None, weak: bool = False) -> str:
    """Return the ETag for these parts. A weak one allows the bytes to differ as long as the meaning does not."""
    opaque = '"' + ".".join(filter(None, parts)) + '"'
    return f"W/{opaque}" if weak else opaque


def short_hash(text: str | None) -> str | None:
    """Return a part of an ETag for text of any length."""
    return None if text is None else sha256(text.encode()).hexdigest()[:16]


def is_not_modified(if_none_match: str | None, etag: str) -> bool:
    """Return whether an If-None-Match header lists the ETag, comparing weakly (RFC 9110, section 13.1.2). The ETag must
    not contain a comma."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    return _opaque(etag) in map(_opaque, if_none_match.split(","))


def _opaque(etag: str) -> str:
    return etag.strip().removeprefix("W/")
