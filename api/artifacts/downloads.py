"""Content as a download that no browser runs, whatever its media type says."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Response

from api.artifacts.file_names import extension, safe_name
from artifacts.media_types import FILES, MARKDOWN, PLAIN, ZIP
from artifacts.paths import slug
from models.tables import Artifact

# Under any other media type, such as JavaScript's, one of our own pages could be tricked into loading it.
_PASSIVE = {FILES: FILES, ZIP: ZIP, **{text: f"{text}; charset=utf-8" for text in (MARKDOWN, PLAIN)}}
_OTHER = "application/octet-stream"


def download_response(artifact: Artifact, file: str | None, body: bytes, tag: str) -> Response:
    """Return the content of an artifact version, or of one file in it, as an attachment."""
    name, ascii_name = _file_names(artifact, file)
    headers = {
        "ETag": tag,
        "Content-Disposition": f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    media_type = _OTHER if file else _PASSIVE.get(artifact.media_type, _OTHER)
    return Response(body, media_type=media_type, headers=headers)


def _file_names(artifact: Artifact, file: str | None) -> tuple[str, str]:
    """Return the name of the download, and its ASCII form for older clients."""
    if file:
        stem, dot, suffix = file.rsplit("/", 1)[-1].rpartition(".")
        stem, end = (stem, f".{slug(suffix)}") if stem and slug(suffix) else (f"{stem}{dot}{suffix}", "")
        return f"{safe_name(stem) or 'file'}{end}", f"{slug(stem) or 'file'}{end}"
    end = f"-v{artifact.version}{extension(artifact.media_type)}"
    return f"{safe_name(artifact.name) or artifact.type}{end}", f"{slug(artifact.name) or artifact.type}{end}"
