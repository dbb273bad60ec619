"""Edits a text in the user's editor."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import tempfile
from pathlib import Path

from artifacts.media_types import FILES, MARKDOWN
from cli.errors import CommandError

SUFFIXES = {MARKDOWN: ".md", "application/json": ".json", FILES: ".json"}


class EditorError(CommandError):
    """The editor could not be used."""


class EditedFile:
    """A text in a temporary file, kept until `discard`, so that a text that was not sent is not lost."""

    def __init__(self, text: str, media_type: str, name: str) -> None:
        descriptor, path = tempfile.mkstemp(SUFFIXES.get(media_type, ".txt"), f"botarmy-{name}-")
        self.path = Path(path)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)

    async def edit(self) -> str:
        """Open the editor, and return the text once it has closed.

        Raises:
            EditorError: there is no editor, it failed, or it did not save text.
        """
        command = _command()
        try:
            process = await asyncio.create_subprocess_exec(*command, str(self.path))
        except OSError as error:
            raise EditorError(f"cannot start the editor {command[0]!r}: {error.strerror}") from None
        if code := await process.wait():
            raise EditorError(f"the editor failed with exit code {code}")
        try:
            return self.path.read_bytes().decode()
        except (OSError, UnicodeDecodeError) as error:
            raise EditorError(f"cannot read the edited file {self.path}: {error}") from None

    def discard(self) -> None:
        """Delete the file."""
        self.path.unlink(missing_ok=True)


def _command() -> list[str]:
    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if chosen:
        return shlex.split(chosen) or ["vi"]
    for known in ("sensible-editor", "nano", "vi"):
        if found := shutil.which(known):
            return [found]
    raise EditorError("no editor found: set EDITOR")
