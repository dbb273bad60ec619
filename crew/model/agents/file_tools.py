"""The tools that read the files of a step: list them, read one from any line on, find a text in all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from pydantic import Field

from crew.model.agents.pieces import MAX_PIECE, FromCharacter, FromLine, piece
from crew.model.tool import Tool
from crew.model.workspace import Workspace

MAX_LINE = 300
"""Characters of a line that was found."""


class ReadFile(FromCharacter):
    path: str
    last_line: int | None = Field(default=None, ge=1)


class FindText(FromLine):
    text: str = Field(min_length=1)


def file_tools(workspace: Workspace, files: str = "files") -> tuple[Tool, ...]:
    """Return the tools for all files of a workspace, which the tools call `files`."""

    async def list_files(arguments: FromLine) -> str:
        return piece(workspace.listing(), arguments)

    async def read_file(arguments: ReadFile) -> str:
        return piece(workspace.read(arguments.path), arguments, arguments.last_line)

    async def find_text(arguments: FindText) -> str:
        # In a thread, and over a copy: there may be megabytes, and a file may be written meanwhile.
        return await asyncio.to_thread(_found, sorted(workspace.files.items()), arguments)

    return (
        Tool("list_files", f"List the {files} with their sizes.", FromLine, list_files, is_pure=True),
        Tool("read_file", "Read a file, or some of its lines, counted from 1.", ReadFile, read_file, is_pure=True),
        Tool("find_text", f"Find the lines of all {files} that contain a text.", FindText, find_text, is_pure=True),
    )


def _found(files: Sequence[tuple[str, str]], arguments: FindText) -> str:
    """Return the lines that have a text, as many as one call may return from a line on."""
    lines, room = list[str](), MAX_PIECE + 1  # no newline after the last
    for path, number, line in _lines_with(arguments.text, files):
        lines.append(f"{path}:{number}: {_around(line.strip(), arguments.text)}")
        if len(lines) >= arguments.first_line:
            room -= len(lines[-1]) + 1
        if room < 0:
            break
    return piece("\n".join(lines), arguments, is_cut=room < 0) if lines else "No line has this text."


def _lines_with(text: str, files: Sequence[tuple[str, str]]) -> Iterator[tuple[str, int, str]]:
    for path, content in files:
        if text in content:
            for number, line in enumerate(content.split("\n"), 1):
                if text in line:
                    yield path, number, line


def _around(line: str, text: str) -> str:
    """Return a line, or of a long one what is around a text."""
    if len(line) <= MAX_LINE:
        return line
    start = max(0, line.find(text) - MAX_LINE // 3)
    return f"{'...' if start else ''}{line[start : start + MAX_LINE]}..."
