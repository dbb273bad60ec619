"""Render an artifact, or one file in it, as an HTML fragment: `<article class="rendered rendered-KIND">`."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from importlib.metadata import version

from api.artifacts.files import FileEntry, contains_files, list_files, read_file
from api.artifacts.rendering import languages
from api.artifacts.rendering.deadline import Deadline
from api.artifacts.rendering.highlighting import highlight
from api.artifacts.rendering.languages import Language
from api.artifacts.rendering.markdown import TooComplexError, render_markdown
from api.artifacts.rendering.sanitizer import sanitize
from api.artifacts.rendering.text import escape, note, preformatted, reveal_hidden
from api.errors import ConflictError
from artifacts.media_types import FILES, MARKDOWN
from config.sizes import format_count, format_size

_VERSIONS = ["4", *map(version, ("pygments", "markdown-it-py", "nh3"))]
RENDERER_VERSION = sha256("-".join(_VERSIONS).encode()).hexdigest()[:8]
"""Part of the ETag. Increase the number when the same content renders to different HTML."""

MAX_RENDERED = 128 * 2**10
"""Bytes. Larger content is shown as plain text; ordinary code of this size takes a quarter of a second."""
MAX_SHOWN = 2 * 2**20
"""Bytes. Larger content is truncated."""
MAX_ENTITIES = 40_000
"""HTML entities. The time of nh3 grows with their square: 40,000 take 0.2 s, 131,000 take 1.6 s."""
SECONDS = 1.0
"""Processor time of one rendering. Only hostile content needs it all."""

TOO_LARGE = f"This is the source text, because the content is larger than {format_size(MAX_RENDERED)}."
TRUNCATED = f"Only the first {format_size(MAX_SHOWN)} are shown. Download the content to see all of it."


class FragmentKind(StrEnum):
    MARKDOWN = "markdown"
    CODE = "code"
    TEXT = "text"
    FILES = "files"
    ARCHIVE = "archive"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class RenderSource:
    """What is rendered: an artifact version, or one file in it."""

    content_hash: str
    media_type: str
    name: str
    file: str | None = None


KindAndHtml = tuple[FragmentKind, str]


def render_fragment(source: RenderSource, body: bytes) -> bytes:
    """Return the fragment. Can be slow: run it in the `ProcessPool`.

    Raises:
        NotFoundError: there is no such file.
        ConflictError: a file was requested, but the artifact cannot be read.
    """
    return _article(*(_render_file(source, source.file, body) if source.file is not None else _render(source, body)))


def render_plain(source: RenderSource, body: bytes, remark: str) -> bytes:
    """Return the fragment without rendering, in constant time: plain text, or only the remark if it contains files."""
    text = None
    if not contains_files(source.media_type):
        text = _decode(source.media_type, body[:MAX_SHOWN], is_complete=False)
    if text is None:
        return _article(FragmentKind.BINARY, note(remark))
    if len(body) > MAX_SHOWN:
        remark = f"{remark} {TRUNCATED}"
    return _article(FragmentKind.TEXT, preformatted(escape(text)) + note(remark))


def _article(kind: FragmentKind, html: str) -> bytes:
    return f'<article class="rendered rendered-{kind}">{html}</article>\n'.encode()


def _render(source: RenderSource, body: bytes) -> KindAndHtml:
    if not contains_files(source.media_type):
        return _render_content(source.name, source.media_type, body)
    try:
        return _render_file_list(source.media_type, list_files(source.media_type, body))
    except ConflictError as error:
        kind, html = _render_content(source.name, source.media_type, body)
        return kind, note(error.detail) + html


def _render_file(source: RenderSource, path: str, body: bytes) -> KindAndHtml:
    # One byte more than is shown, to know whether it was truncated.
    return _render_content(path, None, read_file(source.media_type, body, path, MAX_SHOWN + 1))


def _render_file_list(media_type: str, entries: Sequence[FileEntry]) -> KindAndHtml:
    items = (
        f'<li><code>{escape(entry.path)}</code> <span class="size">{format_size(entry.size)}</span></li>'
        for entry in entries
    )
    count, total = format_count(len(entries), "file"), format_size(sum(entry.size for entry in entries))
    html = f'<p>{count}, {total}</p><ul class="files">{"".join(items)}</ul>'
    return FragmentKind.FILES if media_type == FILES else FragmentKind.ARCHIVE, html


def _render_content(name: str, media_type: str | None, body: bytes) -> KindAndHtml:
    text = _decode(media_type, body[:MAX_SHOWN], is_complete=len(body) <= MAX_SHOWN)
    if text is None:
        is_truncated = media_type is None and len(body) > MAX_SHOWN
        size = f"more than {format_size(MAX_SHOWN)}" if is_truncated else format_size(len(body))
        return FragmentKind.BINARY, f"<p>{escape(media_type or 'Not text')}, {size}</p>"
    kind, language = _detect_kind(name, media_type)
    if len(body) > MAX_RENDERED:
        kind = FragmentKind.TEXT if kind is FragmentKind.MARKDOWN else kind
        return kind, preformatted(escape(text)) + note(TRUNCATED if len(body) > MAX_SHOWN else TOO_LARGE)
    deadline = Deadline(SECONDS)
    try:
        if kind is FragmentKind.MARKDOWN:
            # Again on the result, because Markdown can spell hidden characters as entities: &#x202e;
            return kind, reveal_hidden(_sanitize(render_markdown(text, deadline)))
        if language is not None:
            return kind, _sanitize(preformatted(highlight(text, language, deadline), language.name))
    except TooComplexError:
        what = "Markdown" if kind is FragmentKind.MARKDOWN else "code"
        remark = f"This is the source text, because the {what} is too complex to render."
        return FragmentKind.TEXT, preformatted(escape(text)) + note(remark)
    return kind, preformatted(escape(text))  # escaped text has no tags to sanitize


def _sanitize(html: str) -> str:
    if html.count("&") > MAX_ENTITIES:
        raise TooComplexError
    return sanitize(html)


def _decode(media_type: str | None, body: bytes, *, is_complete: bool) -> str | None:
    """Return the content as text, or None if it is not text."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(body, final=is_complete)
    except UnicodeDecodeError:
        return None
    # NUL is valid UTF-8, but content with it is rarely meant to be read.
    return None if "\0" in text and not (media_type or "").startswith("text/") else text


def _detect_kind(name: str, media_type: str | None) -> tuple[FragmentKind, Language | None]:
    """Return how to show text, by its media type or else by its name."""
    if media_type == MARKDOWN or (media_type is None and name.lower().endswith((".md", ".markdown"))):
        return FragmentKind.MARKDOWN, None
    language = (media_type and languages.by_media_type(media_type)) or languages.by_file_name(name)
    return (FragmentKind.CODE, language) if language else (FragmentKind.TEXT, None)
