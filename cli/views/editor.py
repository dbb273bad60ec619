"""The person's own editor."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import tempfile
from pathlib import Path

from cli.exits import CommandError

SUFFIXES = {"text/markdown": ".md", "application/json": ".json", "application/vnd.botarmy.files+json": ".json"}


class EditorError(CommandError):
    """The editor could not be used."""


class Draft:
    """A text in a file of its own, until `discard`: should it not be sent, it is not lost."""

    def __init__(self, text: str, media_type: str, name: str) -> None:
        descriptor, path = tempfile.mkstemp(SUFFIXES.get(media_type, ".txt"), f"botarmy-{name}-")
        self.path = Path(path)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)

    async def edit(self) -> str:
        """The text, once the editor has closed.

        Raises:
            EditorError: there is no editor, or it failed, or what it left is no text.
        """
        command = _command()
        try:
            process = await asyncio.create_subprocess_exec(*command, str(self.path))
        except OSError as error:
            raise EditorError(f"cannot start the editor {command[0]!r}: {error.strerror}") from None
        if code := await process.wait():
            raise EditorError(f"the editor ended with code {code}")
        try:
            return self.path.read_bytes().decode()
        except (OSError, UnicodeDecodeError) as error:
            raise EditorError(f"cannot read what the editor left in {self.path}: {error}") from None

    def discard(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)


def _command() -> list[str]:
    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if chosen:
        return shlex.split(chosen) or ["vi"]
    for known in ("sensible-editor", "nano", "vi"):
        if found := shutil.which(known):
            return [found]
    raise EditorError("no editor was found: set EDITOR to the one that you use")
