"""A project's accepted artifacts as a zip. The same artifacts always make the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import IO, Any, Self

import orjson

from api.artifacts.file_names import extension
from artifacts import file_sets, zips
from artifacts.errors import InvalidArtifactError
from artifacts.media_types import FILES
from artifacts.paths import slug
from models.contracts.names import BuiltInArtifact
from models.tables import Artifact, Project
from store.project_start import BRIEF

MANIFEST = "manifest.json"


class ExportWriter:
    """Writes an export: `add` each artifact inside the block; leaving it writes the manifest."""

    def __init__(self, project: Project, into: IO[bytes]) -> None:
        self._project = project
        self._archive = zips.create_zip(into)
        self._stems: set[str] = set()
        self._manifest_items: list[dict[str, Any]] = []

    def add(self, artifact: Artifact, body: bytes, principal_id: str | None = None) -> None:
        """Add an artifact: a file set as a folder, anything else as one file. `principal_id` is its author's, if that
        is a person who had signed in."""
        stem = self._unique_stem(_stem(artifact))
        path, note = stem + extension(artifact.media_type), None
        if artifact.media_type == FILES:
            try:
                for file_path, text in file_sets.unpack(body).items():
                    zips.add_file(self._archive, f"{stem}/{file_path}", text.encode())
                path = f"{stem}/"
            except InvalidArtifactError as error:  # not safe to unpack: it stays one file
                note = str(error)
        if not path.endswith("/"):
            zips.add_file(self._archive, path, body)
        self._manifest_items.append(
            {
                "path": path,
                "artifact_id": artifact.id,
                **artifact.model_dump(
                    include={"type", "name", "version", "media_type", "size", "content_hash", "author"}
                ),
                "principal_id": principal_id,
                "created_at": artifact.created_at,
                "note": note,
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._archive:
            if error is None:
                zips.add_file(self._archive, MANIFEST, self._manifest())

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
            "artifacts": self._manifest_items,
        }
        return orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)

    def _unique_stem(self, stem: str) -> str:
        """Return the stem, with a number if another artifact has it."""
        candidates: Iterator[str] = (f"{stem}-{number}" if number > 1 else stem for number in range(1, 1_000_000))
        unique = next(candidate for candidate in candidates if candidate not in self._stems)
        self._stems.add(unique)
        return unique


def _stem(artifact: Artifact) -> str:
    """Return `project_plan` for a stage's own output, `user_input-house-rules` if the name differs from the type."""
    if artifact.name == artifact.type or (artifact.type, artifact.name) == (BuiltInArtifact.USER_INPUT, BRIEF):
        return artifact.name
    return "-".join(filter(None, (artifact.type, slug(artifact.name))))
