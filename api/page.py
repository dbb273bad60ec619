"""The page: one document for every view, its files, and the headers that let nothing but them run on it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from itertools import chain
from posixpath import dirname, join, normpath

from fastapi import APIRouter
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.edition import Edition, edition
from api.problems import problem

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

BASE = "/web/"
FOR_EVER = "public, max-age=31536000, immutable"

_IMPORT = re.compile(r'^(?:import|export)\b[^"\';]*"(\.{1,2}/[^"]+)"', re.MULTILINE)
_STYLE = re.compile(r'^await style\("([^"]+)"\);$', re.MULTILINE)
_VERSIONED = re.compile(r"[0-9a-f]{12}/")

router = APIRouter(include_in_schema=False)


@router.get("/")
@router.get("/projects")
async def projects() -> Response:
    return _document("projects")


@router.get("/projects/{project_id}")
async def project(project_id: str) -> Response:
    return _document("project")


@router.get("/inbox")
async def inbox() -> Response:
    return _document("inbox")


@router.get("/system")
async def system() -> Response:
    return _document("system")


def _document(view: str) -> Response:
    """Its script looks at the path. What the view needs is named, and so asked for at once."""
    now = edition()
    return HTMLResponse(_written(view, now.version), headers=HEADERS)


@lru_cache(maxsize=16)
def _written(view: str, version: str) -> str:
    page, base = edition(), f"{BASE}{version}/"
    modules = sorted(imported(page, "js/main.js", f"js/views/{view}.js"))
    links = "".join(f'    <link rel="stylesheet" href="{base}css/{one}">\n' for one in styles(page, modules))
    links += "".join(f'    <link rel="modulepreload" href="{base}{one}">\n' for one in modules)
    return page.files["index.html"].text.replace(BASE, base).replace("  </head>", f"{links}  </head>", 1)


def imported(page: Edition, *modules: str) -> set[str]:
    """The modules of the page that these import, at any distance, and these. Raises KeyError where one is missing."""
    found: set[str] = set()
    frontier = list(modules)
    while frontier:
        one = frontier.pop()
        if one not in found:
            found.add(one)
            imports = _IMPORT.findall(page.files[one].text)
            frontier += [normpath(join(dirname(one), path)) for path in imports]
    return found


def styles(page: Edition, modules: Iterable[str]) -> list[str]:
    """The style sheets that come with modules; see web/js/style.js."""
    return sorted(set(chain.from_iterable(_STYLE.findall(page.files[one].text) for one in modules)))


class PageFiles:
    """ASGI middleware that serves `/web/{version}/…`, which browsers keep for ever; of another version, and without
    one, a file is asked for anew each time. A view is some eighty files: from memory, and before all other middleware,
    they take a tenth of the time that they take from the disk (see `make bench`)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(BASE):
            await _file(scope)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _file(scope: Scope) -> Response:
    if scope["method"] not in ("GET", "HEAD"):
        detail = f"{scope['method']} is not allowed here."
        return problem(HTTPStatus.METHOD_NOT_ALLOWED, detail, {"Allow": "GET, HEAD"})
    page, path = edition(), scope["path"].removeprefix(BASE)
    version = _VERSIONED.match(path)
    file = page.files.get(path[version.end() :] if version else path)
    if file is None:
        return problem(HTTPStatus.NOT_FOUND, f"There is nothing at {scope['path']}.")
    current = version is not None and version[0] == f"{page.version}/"
    headers = {
        "Cache-Control": FOR_EVER if current else "no-cache",
        "X-Content-Type-Options": "nosniff",
        "ETag": file.tag,
        "Vary": "Accept-Encoding",
    }
    asked = Headers(scope=scope)
    if file.tag in asked.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    body = file.body
    if file.packed is not None and "gzip" in asked.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = file.packed, "gzip"
    return Response(body, headers=headers, media_type=file.media_type)
