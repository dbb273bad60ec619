"""The files of the page and their bundles, kept in memory and served under a hash of all their contents.

`starlette.staticfiles.StaticFiles` would read each from the disk in threads: for 77 files that takes 100 to 130 ms of
the processor, against 2.5 ms from memory (two busy cores, Python 3.11). The browser keeps what it has loaded until the
hash changes.
"""

from __future__ import annotations

import gzip
import mimetypes
import re
import time
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.page.bundles import script_bundles, style_bundles
from api.problems import not_allowed, nothing_at, problem

FOLDER = Path(__file__).resolve().parents[2] / "web"
PREFIX = "/web/"

RESCAN_SECONDS = 1.0
"""How often the folder is checked for changes, for people who edit the page while the API runs."""

MIN_COMPRESSED_SIZE = 300
"""Bytes; smaller files are not sent compressed."""

IMMUTABLE = "public, max-age=31536000, immutable"

_VERSION = re.compile(r"[0-9a-f]{12}/")


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file, and its body compressed with gzip if that is worth it."""

    body: bytes
    gzipped: bytes | None
    media_type: str
    etag: str


@dataclass(frozen=True)
class Snapshot:
    """All files at one moment by their path, such as `js/main.js`, and the texts that bundles are made of. `version`
    changes when any of them changes."""

    version: str
    files: dict[str, PageFile]
    texts: dict[str, str]


def current_snapshot() -> Snapshot:
    return _read_snapshot(_scan(int(time.monotonic() / RESCAN_SECONDS)))


@lru_cache(maxsize=1)
def _scan(period: int) -> tuple[tuple[str, int, int], ...]:
    stats = ((file, file.stat()) for file in sorted(FOLDER.rglob("*.*")))
    return tuple((file.relative_to(FOLDER).as_posix(), stat.st_mtime_ns, stat.st_size) for file, stat in stats)


@lru_cache(maxsize=1)
def _read_snapshot(scan: tuple[tuple[str, int, int], ...]) -> Snapshot:
    bodies = {path: (FOLDER / path).read_bytes() for path, _, _ in scan}
    texts = {path: body.decode() for path, body in bodies.items() if path.endswith((".js", ".css", ".html"))}
    bundles = script_bundles(texts) | style_bundles(texts, texts["index.html"])
    bodies |= {path: bundle.encode() for path, bundle in bundles.items()}
    files = {path: _page_file(path, body) for path, body in bodies.items()}
    digest = sha256()
    for path, file in files.items():
        digest.update(f"{path}\0{file.etag}\0".encode())
    return Snapshot(digest.hexdigest()[:12], files, texts)


def _page_file(path: str, body: bytes) -> PageFile:
    gzipped = gzip.compress(body, mtime=0) if len(body) >= MIN_COMPRESSED_SIZE else None
    media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    return PageFile(body, gzipped, media_type, f'"{sha256(body).hexdigest()[:32]}"')


class PageFiles:
    """ASGI middleware that serves `/web/{version}/PATH`, which browsers may keep forever.

    With another version or without one, the current file is served, and browsers must revalidate it. Outside most other
    middleware, which would double the time of each file.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await _respond(scope)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _respond(scope: Scope) -> Response:
    if scope["method"] not in ("GET", "HEAD"):
        return problem(HTTPStatus.METHOD_NOT_ALLOWED, not_allowed(scope["method"]), {"Allow": "GET, HEAD"})
    snapshot, path = current_snapshot(), scope["path"].removeprefix(PREFIX)
    version = _VERSION.match(path)
    file = snapshot.files.get(path[version.end() :] if version else path)
    if file is None:
        return problem(HTTPStatus.NOT_FOUND, nothing_at(scope["path"]))
    is_current = version is not None and version[0] == f"{snapshot.version}/"
    headers = {
        "Cache-Control": IMMUTABLE if is_current else "no-cache",
        "X-Content-Type-Options": "nosniff",
        "ETag": file.etag,
        "Vary": "Accept-Encoding",
    }
    request_headers = Headers(scope=scope)
    if file.etag in request_headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    body = file.body
    if file.gzipped is not None and "gzip" in request_headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = file.gzipped, "gzip"
    return Response(body, headers=headers, media_type=file.media_type)
