"""The parts of a brief's front matter that name sections, such as `requirements` and `non_goals`, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crew.reading.candidates import NotUsed
from crew.reading.markdown_blocks import plain
from crew.reading.patterns import MIN_REQUIREMENT_WORDS, count_words
from crew.reading.requirements import is_label
from crew.reading.section_headings import section_of
from crew.reading.table_columns import has_requirement_column
from crew.reading.tables import is_excluding_status

FRONT_MATTER = "front matter"

_READ_ELSEWHERE = frozenset({"title", "rehearsal"})
_LEVEL = 2
_CAMEL_CASE = re.compile(r"(?<=[a-z])[A-Z](?=[a-z])")
_NAMES = frozenset({"title", "name", "summary", "titel", "titre", "título", "titolo"})
_TEXTS = _NAMES | {"text", "id", "key", "label"}
_EMPTY: tuple[Any, ...] = (None, "", [], {})
_MAX_NAME = 5
"""Words of a name before its description."""


def front_matter_sections(front: dict[str, Any]) -> tuple[str, tuple[NotUsed, ...]]:
    """Return the sections in front matter, at any depth, as Markdown, and its other texts. Words such as a status or
    a name are neither."""
    sections: list[str] = []
    others: list[NotUsed] = []
    for key, value in front.items():
        if key not in _READ_ELSEWHERE:
            _sort(_name(key), value, sections, others)
    return "\n" + "\n".join(sections) + "\n" if sections else "", tuple(others)


def _sort(name: str, value: Any, sections: list[str], others: list[NotUsed]) -> None:
    if section_of(name) is not None:
        lines = list(_lines(value, _LEVEL + 1))
        sections += ["", f"{'#' * _LEVEL} {name}", "", *lines] if lines else []
    elif isinstance(value, dict) and has_sections(value):
        for key, inner in value.items():
            _sort(_name(key), inner, sections, others)
    elif count_words(text := plain(_flat(value))) >= MIN_REQUIREMENT_WORDS:
        others.append(NotUsed(FRONT_MATTER, f"{name}: {text}"))


def has_sections(front: dict[str, Any]) -> bool:
    """Return whether a key, at any depth, names a section."""
    return any(_names_section(*each) for each in front.items())


def _names_section(key: object, value: object) -> bool:
    nested = isinstance(value, dict) and has_sections(value)
    return nested or section_of(_name(key)) is not None


def _lines(value: Any, level: int) -> Iterator[str]:
    """Yield the content of a section: items, then a heading for each part that has items of its own."""
    match value:
        case None | "":
            return
        case str() if "\n" in value.strip():
            yield from ("", *value.splitlines(), "")
        case list():
            for each in (each for each in value if each not in _EMPTY):
                yield from _lines(each, level) if isinstance(each, list) else [f"- {_item(each)}"]
        case dict():
            parts = {key: part for key, part in value.items() if isinstance(part, list | dict)}
            yield from (f"- {_name(key)}: {plain(str(text))}" for key, text in value.items() if key not in parts)
            for key, part in parts.items():
                yield from ("", f"{'#' * min(level, 6)} {_name(key)}", "", *_lines(part, level + 1))
        case _:
            yield f"- {plain(str(value))}"


def _item(value: object) -> str:
    """Return an entry of a list: {id: FR-1, text: a} and {FR-1: a} -> "FR-1: a"."""
    if not isinstance(value, dict):
        return plain(str(value))
    texts = [_part(str(key), plain(_flat(each))) for key, each in value.items() if each not in _EMPTY] or [""]
    key = str(next(iter(value), ""))
    if len(value) == 1 and is_label(key):
        texts.insert(0, key)
    is_named = is_label(texts[0]) or (_name(key).casefold() in _NAMES and len(texts[0].split()) <= _MAX_NAME)
    if len(texts) > 1 and is_named:
        texts[:2] = [f"{texts[0]}: {texts[1]}"]
    mark = "❌ " if any(is_excluding_status(str(key), plain(_flat(each))) for key, each in value.items()) else ""
    return mark + "; ".join(texts)


def _part(key: str, text: str) -> str:
    """Return a part of an entry, with its key if that is no name for requirements, or their names or labels."""
    name = _name(key)
    is_text = name.casefold() in _TEXTS or is_label(key) or is_label(text) or has_requirement_column((name,))
    return text if is_text else f"{name}: {text}"


def _flat(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{_name(key)}: {_flat(each)}" for key, each in value.items())
    return "; ".join(map(_flat, value)) if isinstance(value, list) else str(value)


def _name(key: object) -> str:
    name = str(key)
    return (
        name if is_label(name) else _CAMEL_CASE.sub(lambda found: f" {found[0].lower()}", plain(name)).replace("_", " ")
    )
