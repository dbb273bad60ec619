"""The page: static files, and the headers that let nothing but them run on it."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FILES = Path(__file__).parent / "web"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        # What becomes markup has to come through the policy of this name, which web/js/html.js makes.
        "require-trusted-types-for 'script'",
        "trusted-types botarmy",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Asked for anew each time, and answered with 304: a page is never of two versions.
    "Cache-Control": "no-cache",
}

router = APIRouter(include_in_schema=False)


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response


@router.get("/")
@router.get("/inbox")
@router.get("/system")
@router.get("/projects/{project_id}")
async def page() -> FileResponse:
    """One document for every view; its script looks at the path."""
    return FileResponse(FILES / "index.html", headers=HEADERS)


def install(app: FastAPI) -> None:
    """Serve the page at `/`, and what it is made of below `/web`."""
    app.include_router(router)
    app.mount("/web", _Files(directory=FILES))
