"""The page: static files, and the headers that let nothing but them run on it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from pathlib import Path, PurePosixPath

from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response
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
    "Cache-Control": "no-cache",
}

FOR_EVER = "public, max-age=31536000, immutable"

_IMPORT = re.compile(r'^(?:import|export)\b[^"\';]*"(\.{1,2}/[^"]+)"', re.MULTILINE)

_STYLE = re.compile(r'^await style\("([^"]+)"\);$', re.MULTILINE)

router = APIRouter(include_in_schema=False)


@router.get("/")
async def projects() -> Response:
    return await _document("projects")


@router.get("/projects/{project_id}")
async def project(project_id: str) -> Response:
    return await _document("project")


@router.get("/inbox")
async def inbox() -> Response:
    return await _document("inbox")


@router.get("/system")
async def system() -> Response:
    return await _document("system")


def install(app: FastAPI) -> None:
    """Serve the page at `/`, and what it is made of below `/web`."""
    app.include_router(router)
    app.mount("/web", _Files(directory=FILES))


def version() -> str:
    """A hash of the page's files, looked at once a second: whoever edits one sees it, and no address has two contents
    for longer."""
    return _looked(int(time.monotonic()))


async def _document(view: str) -> Response:
    """One document for every view; its script looks at the path. What the view needs is asked for at once, rather than
    one import after the other."""
    return HTMLResponse(await run_in_threadpool(lambda: _written(view, version())), headers=HEADERS)


@lru_cache(maxsize=16)
def _written(view: str, version: str) -> str:
    base = f"/web/{version}/"
    modules = sorted(imported("js/main.js", f"js/views/{view}.js"))
    links = "".join(f'    <link rel="stylesheet" href="{base}css/{one}">\n' for one in styles(modules))
    links += "".join(f'    <link rel="modulepreload" href="{base}{one}">\n' for one in modules)
    document = (FILES / "index.html").read_text(encoding="utf-8")
    return document.replace("/web/", base).replace("  </head>", f"{links}  </head>", 1)


def imported(*modules: str) -> set[str]:
    """The modules of the page that these import, at any distance, and these."""
    found: set[str] = set()
    frontier = list(modules)
    while frontier:
        one = frontier.pop()
        if one not in found:
            found.add(one)
            folder = FILES / PurePosixPath(one).parent
            imports = _IMPORT.findall((FILES / one).read_text(encoding="utf-8"))
            frontier += [(folder / path).resolve().relative_to(FILES.resolve()).as_posix() for path in imports]
    return found


def styles(modules: Iterable[str]) -> list[str]:
    """The style sheets that come with modules; see web/js/style.js."""
    found = (_STYLE.findall((FILES / one).read_text(encoding="utf-8")) for one in modules)
    return sorted(set(chain.from_iterable(found)))


@lru_cache(maxsize=1)
def _looked(second: int) -> str:
    digest = sha256()
    for file in sorted(FILES.rglob("*.*")):
        digest.update(file.relative_to(FILES).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


class _Files(StaticFiles):
    """`/web/{version}/…`, kept by browsers for ever; of another version, and without one, asked for anew each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        asked, _, rest = path.partition("/")
        versioned = re.fullmatch("[0-9a-f]{12}", asked) is not None
        response = await super().get_response(rest if versioned else path, scope)
        current = versioned and asked == await run_in_threadpool(version)
        response.headers["Cache-Control"] = FOR_EVER if current else "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        for needless in ("Accept-Ranges", "Last-Modified"):  # a view is a hundred files: their headers count
            del response.headers[needless]
        return response
