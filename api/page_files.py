"""What the page is made of: its files as they are now, in memory, under a hash of them all."""

from __future__ import annotations

import gzip
import mimetypes
import time
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

FILES = Path(__file__).resolve().parents[1] / "web"

LOOK_SECONDS = 1.0
"""How often the files are looked at: whoever edits one sees it, and no address has two contents for longer."""

WORTH_PACKING = 300
"""Bytes; a smaller file is not sent compressed."""


@dataclass(frozen=True, slots=True)
class File:
    """One file; `packed` is its body compressed with gzip, or None where that is not worth it."""

    body: bytes
    packed: bytes | None
    media_type: str
    tag: str

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True)
class Edition:
    """All files by their path, such as `js/main.js`; `version` changes when one of them does."""

    version: str
    files: dict[str, File]


def edition() -> Edition:
    """The page as it is now."""
    return _read(_states(int(time.monotonic() / LOOK_SECONDS)))


@lru_cache(maxsize=1)
def _states(moment: int) -> tuple[tuple[str, int, int], ...]:
    found = ((file, file.stat()) for file in sorted(FILES.rglob("*.*")))
    return tuple((file.relative_to(FILES).as_posix(), state.st_mtime_ns, state.st_size) for file, state in found)


@lru_cache(maxsize=1)
def _read(states: tuple[tuple[str, int, int], ...]) -> Edition:
    files = {path: _file(path) for path, _, _ in states}
    digest = sha256()
    for path, file in files.items():
        digest.update(f"{path}\0{file.tag}\0".encode())
    return Edition(digest.hexdigest()[:12], files)


def _file(path: str) -> File:
    body = (FILES / path).read_bytes()
    packed = gzip.compress(body, mtime=0) if len(body) >= WORTH_PACKING else None
    media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    return File(body, packed, media_type, f'"{sha256(body).hexdigest()[:32]}"')
