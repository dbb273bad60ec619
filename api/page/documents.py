"""The page's documents: one per view, under a policy that lets only the page's own files run."""

from __future__ import annotations

import re
from functools import lru_cache
from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api.page.bundles import MAIN, STYLE_LINK, bundle_of, closure, style_bundle_of, style_sheets
from api.page.bundles import VIEWS as MODULES
from api.page.files import PREFIX, current_snapshot

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",  # diagrams, in a sandbox (api/page/diagrams.py)
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        # All markup must pass the policy of this name, which web/js/html.js creates.
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

VIEWS = {
    "/": "home",
    "/projects": "projects",
    "/projects/{project_id}": "project",
    "/inbox": "inbox",
    "/system": "system",
    "/account": "account",
    "/sign-in": "signin",
}
"""The view at each path: a module in web/js/views/. `ROUTES` in web/js/router.js has the same paths, web/index.html the
links, web/js/keyboard.js the shortcuts, and web/js/palette/entries.js the places."""

MISSING = "missing"
"""The view of any other path."""

API = "/api/"

READ_FIRST = "projects/{}/overview"
"""What the view of a project reads before it shows anything."""

_ID = re.compile(r"[0-9a-f-]{36}")

router = APIRouter(include_in_schema=False)


def _add_view(path: str, view: str) -> None:
    @router.get(path, name=view)
    async def document(request: Request) -> Response:
        html = _render_document(view, current_snapshot().version)
        project_id = request.path_params.get("project_id", "")
        if _ID.fullmatch(project_id):
            html = html.replace("  </head>", _preload(project_id), 1)
        return HTMLResponse(html, headers=HEADERS)


def _preload(project_id: str) -> str:
    """Return the end of the head: a link to what web/js/project/model.js reads, so that the browser requests it while
    it loads the scripts."""
    return f'    <link rel="preload" as="fetch" crossorigin href="{API}v1/{READ_FIRST.format(project_id)}">\n  </head>'


for _path, _view in VIEWS.items():
    _add_view(_path, _view)


def missing_page(request: Request) -> Response | None:
    """Return the page that says so to a browser that opens an unknown address, or None for programs."""
    wants_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    if not wants_page or request.url.path.startswith(API):
        return None
    document = _render_document(MISSING, current_snapshot().version)
    return HTMLResponse(document, HTTPStatus.NOT_FOUND, headers={**HEADERS, "Vary": "Accept"})


@lru_cache(maxsize=16)
def _render_document(view: str, version: str) -> str:
    """Return index.html with links to the bundles of the view, so that the browser requests them at once."""
    snapshot, base = current_snapshot(), f"{PREFIX}{version}/"
    module = f"{MODULES}{view}.js"
    sheets = " ".join(style_sheets(snapshot.texts, closure(snapshot.texts, MAIN, module)))
    links = (
        f'    <link rel="stylesheet" href="{PREFIX}{style_bundle_of(module)}" data-sheets="{sheets}">\n'
        f'    <link rel="modulepreload" href="{PREFIX}{bundle_of(module)}">\n'
    )
    document = STYLE_LINK.sub("", snapshot.texts["index.html"]).replace(MAIN, bundle_of(MAIN))
    return document.replace("  </head>", f"{links}  </head>", 1).replace(PREFIX, base)
