"""Artifacts on a terminal."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.rule import Rule
from rich.text import Text

from artifacts import file_sets, zips
from artifacts.errors import InvalidArtifactError
from artifacts.media_types import FILES, MARKDOWN
from cli.client.shapes import Artifact
from cli.views.printable import one_line, plain, printable
from config.sizes import format_size

MAX_LINES = 2000
MAX_ENTRIES = 200
DIFF_STYLES = {"+++": "bold", "---": "bold", "+": "green", "-": "red", "@": "cyan"}


def title(artifact: Artifact) -> str:
    """Return the artifact's type, name, version, author and size on one line."""
    name = "" if artifact.name == artifact.type else f" {artifact.name!r}"
    return one_line(f"{artifact.type}{name} v{artifact.version} by {artifact.author}, {format_size(artifact.size)}")


def show(artifact: Artifact, console: Console) -> None:
    """Print the artifact: Markdown rendered, file sets file by file, archives as a list of their files."""
    console.print(Rule(title(artifact), style="dim"))
    console.print(_body(artifact))


def preview(artifact: Artifact, console: Console, lines: int) -> int:
    """Print the first lines that are not blank. Return how many others there are."""
    is_document = artifact.is_text and artifact.media_type != FILES
    content = [line for line in artifact.content.splitlines() if line.strip()] if is_document else _entries(artifact)
    for line in content[:lines]:
        console.print(plain(line, "dim", max_length=500), no_wrap=True, overflow="ellipsis")
    return max(0, len(content) - lines)


def diff(text: str) -> Text:
    """Return a unified diff in colour."""
    coloured = Text()
    for line in printable(text).splitlines():
        style = next((style for mark, style in DIFF_STYLES.items() if line.startswith(mark)), "")
        coloured.append(f"{line}\n", style)
    return coloured


def _body(artifact: Artifact) -> RenderableType:
    if not artifact.is_text:
        return Text(printable("\n".join(_entries(artifact))))
    if artifact.media_type == FILES and (files := _files(artifact)):
        parts: list[RenderableType] = []
        for path, text in files.items():
            parts += [plain(path, "bold"), Text(_shortened(printable(text)))]
        return Group(*parts)
    text = _shortened(printable(artifact.content))
    return Markdown(text, hyperlinks=False) if artifact.media_type == MARKDOWN else Text(text)


def _entries(artifact: Artifact) -> list[str]:
    """Return a line for each file of an archive or a file set."""
    if artifact.media_type == FILES:
        return [f"{path}  {format_size(len(text.encode()))}" for path, text in _files(artifact).items()]
    try:
        with zips.open_zip(artifact.bytes) as bundle:
            members = bundle.infolist()
    except InvalidArtifactError:
        return [f"binary: {artifact.media_type}, {format_size(artifact.size)}"]
    lines = [f"{member.filename}  {format_size(member.file_size)}" for member in members[:MAX_ENTRIES]]
    return [*lines, *([f"and {len(members) - MAX_ENTRIES} more"] if len(members) > MAX_ENTRIES else [])]


def _files(artifact: Artifact) -> dict[str, str]:
    try:
        return file_sets.unpack(artifact.bytes)
    except InvalidArtifactError:
        return {}


def _shortened(text: str) -> str:
    lines = text.splitlines()
    if len(lines) <= MAX_LINES:
        return text
    more = f"… cut here, and {len(lines) - MAX_LINES} more lines: `botarmy artifact ID --raw` writes all"
    return "\n".join([*lines[:MAX_LINES], more])
