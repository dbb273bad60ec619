"""The frame that draws a Mermaid diagram, and the library that it loads.

A diagram is written by an agent or a person, and its library makes markup of it. So it runs in a sandboxed frame
without an origin, under a policy of its own: it can neither request anything, nor reach the page or its storage.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api.http.fixed_body import FixedBody
from api.page.files import IMMUTABLE, PREFIX, current_snapshot

LIBRARY = Path(__file__).parent / "mermaid" / "mermaid.min.js"
VERSION = "11.17.2"
LIBRARY_SHA256 = "581ed7d74bd9048d0e3a91363927d72ef22942d7722546b27f7cc29e35390eb8"
LIBRARY_PATH = f"/diagram/mermaid-{VERSION}.js"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # a drawing has a style sheet of its own
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox allow-scripts",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

router = APIRouter(include_in_schema=False)


@router.get("/diagram")
async def frame() -> Response:
    snapshot = current_snapshot()
    text = snapshot.files["diagram/frame.html"].body.decode()
    text = text.replace(PREFIX, f"{PREFIX}{snapshot.version}/").replace("/diagram/mermaid.js", LIBRARY_PATH)
    return HTMLResponse(text, headers=HEADERS)


@router.get(LIBRARY_PATH)
async def library(request: Request) -> Response:
    body = await asyncio.to_thread(_read_library)
    return body.respond(request, {"Cache-Control": IMMUTABLE, "X-Content-Type-Options": "nosniff"})


@lru_cache(maxsize=1)
def _read_library() -> FixedBody:
    return FixedBody.of(LIBRARY.read_bytes(), "text/javascript")
