"""An artifact, or one file of it, as an HTML fragment: `<article class="rendered rendered-KIND">`."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from importlib.metadata import version

from api.artifacts import bundles
from api.artifacts.rendering import languages, markdown
from api.artifacts.rendering.cleaning import cleaned
from api.artifacts.rendering.colours import coloured
from api.artifacts.rendering.deadline import Deadline
from api.artifacts.rendering.languages import Language
from api.artifacts.rendering.markdown import TooInvolvedError
from api.artifacts.rendering.text import escaped, measured, note, preformatted, visible
from api.errors import ConflictError
from artifacts.media_types import FILES, MARKDOWN

EDITION = sha256("-".join(["2", *map(version, ("pygments", "markdown-it-py", "nh3"))]).encode()).hexdigest()[:8]
"""Changes with what is made of the same content: count up, when the HTML changes."""

MAX_DRAWN = 128 * 2**10
"""Bytes; what is longer is shown as it is. At this size ordinary code takes a quarter of a second."""
MAX_SHOWN = 2 * 2**20
"""Bytes; what is longer is cut."""
MAX_ENTITIES = 40_000
"""Characters that HTML spells out. The time of nh3 grows with their square: these take it 0.2 s, 131,000 take 1.6 s."""
SECONDS = 1.0
"""Of the processor, for one rendering: only hostile content needs them."""


class Kind(StrEnum):
    MARKDOWN = "markdown"
    CODE = "code"
    TEXT = "text"
    FILES = "files"
    ARCHIVE = "archive"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is shown: an artifact version, or one file of it."""

    content_hash: str
    media_type: str
    name: str
    file: str | None = None


View = tuple[Kind, str]


def view(subject: Subject, body: bytes) -> bytes:
    """The fragment. May take its time: use `ContentProcesses`.

    Raises:
        NotFoundError: there is no such file.
        ConflictError: the file is asked for of something that cannot be read.
    """
    return _article(*(_whole(subject, body) if subject.file is None else _file(subject, subject.file, body)))


def as_written(subject: Subject, body: bytes, remark: str) -> bytes:
    """The fragment of what cannot be laid out, in no time: text as it is, and of files nothing but the remark."""
    text = None if bundles.holds_files(subject.media_type) else _text(subject.media_type, body[:MAX_SHOWN], whole=False)
    if text is None:
        return _article(Kind.BINARY, note(remark))
    more = f" {_only_first()}" if len(body) > MAX_SHOWN else ""
    return _article(Kind.TEXT, preformatted(escaped(text)) + note(remark + more))


def _article(kind: Kind, html: str) -> bytes:
    return f'<article class="rendered rendered-{kind}">{html}</article>\n'.encode()


def _only_first() -> str:
    return f"Only the first {measured(MAX_SHOWN)} are shown. The raw content can be downloaded."


def _whole(subject: Subject, body: bytes) -> View:
    if not bundles.holds_files(subject.media_type):
        return _content(subject.name, subject.media_type, body)
    try:
        return _index(subject.media_type, bundles.entries(subject.media_type, body))
    except ConflictError as error:
        kind, html = _content(subject.name, subject.media_type, body)
        return kind, note(error.detail) + html


def _file(subject: Subject, path: str, body: bytes) -> View:
    # One byte more than is shown tells whether there are more.
    return _content(path, None, bundles.read(subject.media_type, body, path, MAX_SHOWN + 1))


def _index(media_type: str, entries: Sequence[bundles.Entry]) -> View:
    rows = (
        f'<li><code>{escaped(one.path)}</code> <span class="size">{measured(one.size)}</span></li>' for one in entries
    )
    number = f"{len(entries):,} file{'' if len(entries) == 1 else 's'}"
    html = f'<p>{number}, {measured(sum(one.size for one in entries))}</p><ul class="files">{"".join(rows)}</ul>'
    return Kind.FILES if media_type == FILES else Kind.ARCHIVE, html


def _content(name: str, media_type: str | None, body: bytes) -> View:
    text = _text(media_type, body[:MAX_SHOWN], whole=len(body) <= MAX_SHOWN)
    if text is None:
        size = (
            f"more than {measured(MAX_SHOWN)}" if media_type is None and len(body) > MAX_SHOWN else measured(len(body))
        )
        return Kind.BINARY, f"<p>{escaped(media_type or 'Not text')}, {size}</p>"
    kind, language = _kind(name, media_type)
    if len(body) > MAX_DRAWN:
        remark = f"It is larger than {measured(MAX_DRAWN)}, and so is shown as it was written."
        if len(body) > MAX_SHOWN:
            remark = _only_first()
        kind = Kind.TEXT if kind is Kind.MARKDOWN else kind
        return kind, preformatted(escaped(text)) + note(remark)
    deadline = Deadline(SECONDS)
    try:
        if kind is Kind.MARKDOWN:
            # Made visible once more, as Markdown may spell hidden characters out: &#x202e;
            return kind, visible(_cleaned(markdown.rendered(text, deadline)))
        if language is not None:
            return kind, _cleaned(preformatted(coloured(text, language, deadline), language.name))
    except TooInvolvedError:
        what = "Markdown" if kind is Kind.MARKDOWN else "code"
        remark = f"Its {what} is too involved to be laid out, and so is shown as it was written."
        return Kind.TEXT, preformatted(escaped(text)) + note(remark)
    return kind, preformatted(escaped(text))  # nothing but text: there is no tag to look at


def _cleaned(html: str) -> str:
    if html.count("&") > MAX_ENTITIES:
        raise TooInvolvedError
    return cleaned(html)


def _text(media_type: str | None, body: bytes, *, whole: bool) -> str | None:
    """The content as text; None where it is none."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(body, final=whole)
    except UnicodeDecodeError:
        return None
    # NUL is a character of UTF-8, yet what has it is rarely meant to be read.
    return None if "\0" in text and not (media_type or "").startswith("text/") else text


def _kind(name: str, media_type: str | None) -> tuple[Kind, Language | None]:
    """How text is shown: as its media type has it, or else its name."""
    if media_type == MARKDOWN or (media_type is None and name.lower().endswith((".md", ".markdown"))):
        return Kind.MARKDOWN, None
    language = (media_type and languages.by_media_type(media_type)) or languages.by_file_name(name)
    return (Kind.CODE, language) if language else (Kind.TEXT, None)
