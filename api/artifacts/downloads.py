"""Content as a download: whatever it is and says that it is, no browser runs it."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from fastapi import Response

from api.artifacts.exporting import ending, slug
from artifacts.media_types import FILES, MARKDOWN, PLAIN, ZIP
from models.tables import Artifact

# Under any other media type, such as JavaScript's, a page of ours could be made to load it.
_PASSIVE = {FILES: FILES, ZIP: ZIP, **{one: f"{one}; charset=utf-8" for one in (MARKDOWN, PLAIN)}}
_ANY = "application/octet-stream"

# What file systems and shells make something of.
_FORBIDDEN = frozenset('<>:"/\\|?*')
_LENGTH = 60


def download(artifact: Artifact, file: str | None, body: bytes, tag: str) -> Response:
    """The content of an artifact version, or of one of its files."""
    name, plain = _names(artifact, file)
    headers = {
        "ETag": tag,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    media_type = _ANY if file else _PASSIVE.get(artifact.media_type, _ANY)
    return Response(body, media_type=media_type, headers=headers)


def _names(artifact: Artifact, file: str | None) -> tuple[str, str]:
    """The name of the download, and what is left of it in ASCII."""
    if file:
        stem, dot, suffix = file.rsplit("/", 1)[-1].rpartition(".")
        stem, end = (stem, f".{slug(suffix)}") if stem and slug(suffix) else (f"{stem}{dot}{suffix}", "")
        return f"{_safe(stem) or 'file'}{end}", f"{slug(stem) or 'file'}{end}"
    end = f"-v{artifact.version}{ending(artifact.media_type)}"
    return f"{_safe(artifact.name) or artifact.type}{end}", f"{slug(artifact.name) or artifact.type}{end}"


def _safe(name: str) -> str:
    """The name without what could lead elsewhere, hide or end a header; empty where nothing of it is left."""
    kept = ("-" if one in _FORBIDDEN or unicodedata.category(one)[0] == "C" else one for one in name)
    return "".join(kept)[:_LENGTH].strip(" .-")
