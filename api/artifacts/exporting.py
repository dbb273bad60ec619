"""A project's delivery as a zip: the same artifacts are always the same bytes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import IO, Any, Self

import orjson

from artifacts import file_sets
from artifacts.errors import InvalidArtifactError
from artifacts.media_types import FILES
from models.contracts.enums import ArtifactType
from models.tables import Artifact, Project
from store.projects import BRIEF

MANIFEST = "manifest.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can hold
_MODE = 0o100644 << 16
_ENDINGS = {
    "text/markdown": ".md",
    "text/plain": ".txt",
    "application/json": ".json",
    FILES: ".json",
    "application/zip": ".zip",
}


class Export:
    """A zip under way: `add` each artifact inside the block, whose end writes the manifest."""

    def __init__(self, project: Project, into: IO[bytes]) -> None:
        self._project = project
        self._archive = zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED)
        self._taken: set[str] = set()
        self._contents: list[dict[str, Any]] = []

    def add(self, artifact: Artifact, body: bytes) -> None:
        """Lay out an artifact: a set of source files as a folder, anything else as one file."""
        stem = self._free(_stem(artifact))
        path, note = stem + ending(artifact.media_type), None
        if artifact.media_type == FILES:
            try:
                self._add_files(stem, file_sets.unpack(body))
                path = f"{stem}/"
            except InvalidArtifactError as error:  # its paths are not safe to unpack: it stays one file
                note = str(error)
        if not path.endswith("/"):
            self._write(path, body)
        self._contents.append(
            {
                "path": path,
                "artifact_id": artifact.id,
                **artifact.model_dump(
                    include={"type", "name", "version", "media_type", "size", "content_hash", "author"}
                ),
                "created_at": artifact.created_at,
                "note": note,
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._archive:
            if error is None:
                self._write(MANIFEST, self._manifest())

    def _manifest(self) -> bytes:
        project = self._project
        manifest = {
            "project": {
                "id": project.id,
                "name": project.name,
                "pipeline": project.pipeline["name"],
                "status": project.status,
                "created_at": project.created_at,
                "ended_at": project.ended_at,
            },
            "artifacts": self._contents,
        }
        return orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)

    def _add_files(self, folder: str, laid_out: Mapping[str, str]) -> None:
        for path, text in laid_out.items():
            self._write(f"{folder}/{path}", text.encode())

    def _write(self, path: str, body: bytes) -> None:
        entry = zipfile.ZipInfo(path, date_time=_EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = 3  # Unix, wherever it is written
        entry.external_attr = _MODE
        self._archive.writestr(entry, body)

    def _free(self, stem: str) -> str:
        """The stem, with a number where another artifact has it."""
        candidates: Iterator[str] = (f"{stem}-{number}" if number > 1 else stem for number in range(1, 1_000_000))
        free = next(one for one in candidates if one not in self._taken)
        self._taken.add(free)
        return free


def ending(media_type: str) -> str:
    """What the name of a file of that media type ends with."""
    return _ENDINGS.get(media_type) or (".txt" if media_type.startswith("text/") else ".bin")


def slug(text: str) -> str:
    """A name that is safe in every file system and header; empty where nothing of it is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-")


def _stem(artifact: Artifact) -> str:
    """`project_plan` for a stage's own output, `user_input-house-rules` for what has a name beside its type."""
    if artifact.name == artifact.type or (artifact.type, artifact.name) == (ArtifactType.USER_INPUT, BRIEF):
        return artifact.name
    return "-".join(filter(None, (artifact.type, slug(artifact.name))))
