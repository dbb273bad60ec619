"""Artifacts on a terminal."""

from __future__ import annotations

import io
import json
import zipfile
from itertools import islice

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.rule import Rule
from rich.text import Text

from cli.client.shapes import Artifact
from cli.views.printable import one_line, printable, words
from cli.views.wording import size

FILES = "application/vnd.botarmy.files+json"
MOST_LINES = 2000
MOST_ENTRIES = 200
DIFF_STYLES = {"+++": "bold", "---": "bold", "+": "green", "-": "red", "@": "cyan"}


def title(artifact: Artifact) -> str:
    """The artifact in a few words."""
    name = "" if artifact.name == artifact.type else f" {artifact.name!r}"
    return one_line(f"{artifact.type}{name} v{artifact.version} by {artifact.author}, {size(artifact.size)}")


def show(artifact: Artifact, console: Console) -> None:
    """Print the artifact: Markdown set, file sets file by file, archives as their table of contents."""
    console.print(Rule(title(artifact), style="dim"))
    console.print(_body(artifact))


def preview(artifact: Artifact, console: Console, lines: int) -> None:
    """Print the first lines that say something."""
    reads = artifact.is_text and artifact.media_type != FILES
    said = artifact.content.splitlines() if reads else _entries(artifact)
    for line in islice(filter(str.strip, said), lines):
        console.print(words(line, "dim", longest=500), no_wrap=True, overflow="ellipsis")


def diff(text: str) -> Text:
    """A unified diff in colour."""
    shown = Text()
    for line in printable(text).splitlines():
        style = next((style for mark, style in DIFF_STYLES.items() if line.startswith(mark)), "")
        shown.append(f"{line}\n", style)
    return shown


def _body(artifact: Artifact) -> RenderableType:
    if not artifact.is_text:
        return Text(printable("\n".join(_entries(artifact))))
    if artifact.media_type == FILES and (files := _files(artifact)):
        parts: list[RenderableType] = []
        for path, text in files.items():
            parts += [words(path, "bold"), Text(_cut(printable(text)))]
        return Group(*parts)
    text = _cut(printable(artifact.content))
    return Markdown(text, hyperlinks=False) if artifact.media_type == "text/markdown" else Text(text)


def _entries(artifact: Artifact) -> list[str]:
    """What an archive or a set of files has in it."""
    if artifact.media_type == FILES:
        return [f"{path}  {size(len(text.encode()))}" for path, text in _files(artifact).items()]
    try:
        with zipfile.ZipFile(io.BytesIO(artifact.bytes)) as bundle:
            members = bundle.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return [f"not text: {artifact.media_type}, {size(artifact.size)}"]
    listed = [f"{member.filename}  {size(member.file_size)}" for member in members[:MOST_ENTRIES]]
    return [*listed, *([f"and {len(members) - MOST_ENTRIES} more"] if len(members) > MOST_ENTRIES else [])]


def _files(artifact: Artifact) -> dict[str, str]:
    try:
        files = json.loads(artifact.content)["files"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return {str(path): str(text) for path, text in files.items()} if isinstance(files, dict) else {}


def _cut(text: str) -> str:
    lines = text.splitlines()
    if len(lines) <= MOST_LINES:
        return text
    return "\n".join([*lines[:MOST_LINES], f"… and {len(lines) - MOST_LINES} more lines"])
