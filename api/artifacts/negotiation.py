"""Content negotiation: whether a client prefers HTML, by its Accept header (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Request

HTML, JSON = "text/html", "application/json"

_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


def prefers_html(accept: str) -> bool:
    """Return whether HTML has a higher quality than JSON, which is the default."""
    ranges = _parse(accept)
    return _quality(ranges, HTML) > _quality(ranges, JSON)


def _parse(accept: str) -> dict[str, float]:
    """Return the quality of each media range; malformed ones are ignored."""
    ranges = {}
    for part in accept.split(","):
        media_range, *parameters = (word.strip().lower() for word in part.split(";"))
        quality = next((word.removeprefix("q=") for word in parameters if word.startswith("q=")), "1")
        if media_range and _QUALITY.fullmatch(quality):
            ranges[media_range] = float(quality)
    return ranges


def _quality(ranges: dict[str, float], media_type: str) -> float:
    """Return the quality of a media type: that of the most specific range that matches it."""
    main, _, _ = media_type.partition("/")
    return next((ranges[match] for match in (media_type, f"{main}/*", "*/*") if match in ranges), 0.0)


async def _wants_html(request: Request) -> bool:
    return prefers_html(",".join(request.headers.getlist("accept")))


WantsHtmlDep = Annotated[bool, Depends(_wants_html)]
"""Whether the client prefers HTML to JSON."""
