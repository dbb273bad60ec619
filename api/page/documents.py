"""The page's documents: one per view, under a policy that lets only the page's own files run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from posixpath import dirname, join, normpath

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from api.page.files import PREFIX, Snapshot, current_snapshot

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
    "/": "projects",
    "/projects": "projects",
    "/projects/{project_id}": "project",
    "/inbox": "inbox",
    "/system": "system",
}
"""The view at each path: a module in web/js/views/. `ROUTES` in web/js/router.js has the same paths, web/index.html the
links, and web/js/keyboard.js the shortcuts."""

_IMPORT = re.compile(r'^(?:import|export)\b[^"\';]*"(\.{1,2}/[^"]+)"', re.MULTILINE)
_STYLE = re.compile(r'^await style\("([^"]+)"\);$', re.MULTILINE)

router = APIRouter(include_in_schema=False)


def _add_view(path: str, view: str) -> None:
    @router.get(path, name=view)
    async def document() -> Response:
        return HTMLResponse(_render_document(view, current_snapshot().version), headers=HEADERS)


for _path, _view in VIEWS.items():
    _add_view(_path, _view)


@lru_cache(maxsize=16)
def _render_document(view: str, version: str) -> str:
    """Return index.html with links to all that the view needs, so that the browser requests it at once."""
    snapshot, base = current_snapshot(), f"{PREFIX}{version}/"
    modules = sorted(imported_modules(snapshot, "js/main.js", f"js/views/{view}.js"))
    sheets = style_sheets(snapshot, modules)
    links = "".join(f'    <link rel="stylesheet" href="{base}css/{sheet}">\n' for sheet in sheets)
    links += "".join(f'    <link rel="modulepreload" href="{base}{module}">\n' for module in modules)
    return snapshot.files["index.html"].text.replace(PREFIX, base).replace("  </head>", f"{links}  </head>", 1)


def imported_modules(snapshot: Snapshot, *modules: str) -> set[str]:
    """Return these modules and all that they import, directly or not. Raises KeyError if one is missing."""
    found: set[str] = set()
    pending = list(modules)
    while pending:
        module = pending.pop()
        if module not in found:
            found.add(module)
            imports = _IMPORT.findall(snapshot.files[module].text)
            pending += [normpath(join(dirname(module), path)) for path in imports]
    return found


def style_sheets(snapshot: Snapshot, modules: Iterable[str]) -> list[str]:
    """Return the style sheets that the modules load; see web/js/style.js."""
    return sorted(set(chain.from_iterable(_STYLE.findall(snapshot.files[module].text) for module in modules)))
