"""Reads the rows of tables of requirements."""

# ruff: noqa: E501, RUF001, SIM905 - words of many languages, in long lists
from __future__ import annotations

import re
from dataclasses import dataclass

from crew.reading.markdown_blocks import Block
from crew.reading.requirements import is_label
from crew.reading.scope_remarks import is_exclusion_remark
from crew.reading.scope_words import CROSSES, RULED_OUT
from crew.reading.section_headings import is_exclusion, section_of
from crew.reading.section_titles import is_section_title
from crew.reading.sections import Section
from crew.reading.sentences import states_requirement
from crew.reading.table_columns import MAX_COLUMN_WORDS, METADATA_COLUMNS, Columns, columns_of, has_requirement_column

_MAX_STATUS_WORDS = 2
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Row:
    """A table row, or a cell of it, as a requirement. `section` is its own kind, if the table or the row names one."""

    text: str
    label: str | None = None
    section: Section | None = None
    struck: bool = False
    name: str = ""
    """The first words of the text, if they are a name before its description."""
    left: tuple[tuple[str, str], ...] = ()
    """The cells of the table's row that no text holds, such as a priority, with the names of their columns."""


def parse_rows(row: Block) -> list[Row]:
    """Return the requirements in a row: one, or one for each column of a table such as "In scope", "Out of scope"."""
    columns = columns_of(row.header)
    cells = (*row.cells, *("" for _ in range(len(row.header) - len(row.cells))))
    label = cells[columns.label] if columns.label is not None else next(filter(is_label, cells[:1]), "")
    if columns.section is None and (by_column := _rows_by_column(columns, row.header, cells)):
        return by_column
    if (by_row := _row_by_name(row.header, cells, label)) is not None:
        return [by_row]
    filled = [
        at
        for at in columns.texts
        if cells[at] and cells[at] != label and not (columns.sections[at] is not None and _is_mark(cells[at]))
    ]
    filled += [at for at in columns.scope if cells[at] and not (_is_mark(cells[at]) or _means_excluded(cells[at]))]
    filled += [at for at in columns.metadata if _is_more_than_a_status(cells[at])]
    if columns.section is not None:
        text = "; ".join(cells[at] for at in range(len(cells)) if at != columns.label and cells[at])
    elif columns.story:
        others = [f"{row.header[at].lower()}: {cells[at]}" for at in filled if at not in columns.story]
        text = "; ".join([_story(row.header, cells, columns.story), *others])
    else:
        text = _text(row.header, cells, filled)
    left = tuple((row.header[at], cells[at]) for at in _columns_left(columns, cells) if at not in filled and cells[at])
    label_struck = columns.label is not None and bool(row.struck) and not label
    if row.struck and (not text or label_struck or (columns.texts and not cells[columns.texts[0]])):
        return [Row("; ".join(filter(None, (row.struck, text))), struck=True, left=left)]
    if not text:
        rest = "; ".join(cell for at, cell in enumerate(cells) if at != columns.label and cell)
        return [Row(rest, label if is_label(label) else None, Section.CONTEXT)] if rest else []
    section = columns.section or (Section.EXCLUDED if _is_excluded(columns, row.header, cells) else None)
    ruled_out = [
        Row(cell, section=Section.EXCLUDED)
        for cell, named in zip(cells, columns.sections, strict=False)
        if named is Section.EXCLUDED and cell and not _is_mark(cell) and columns.section is None
    ]
    name = cells[filled[0]] if len(filled) > 1 and text.startswith(f"{cells[filled[0]]}: ") else ""
    return [Row(text, label if is_label(label) else None, section, name=name, left=left), *ruled_out]


def _columns_left(columns: Columns, cells: tuple[str, ...]) -> list[int]:
    if columns.section is not None:
        return []
    named = columns.label is not None and not is_label(cells[columns.label]) and not cells[columns.label].isdigit()
    return [*([columns.label] if columns.label is not None and named else []), *columns.metadata, *columns.done]


def _row_by_name(header: tuple[str, ...], cells: tuple[str, ...], label: str) -> Row | None:
    """Return the row of a table of two columns whose first cell names the section of the second: "Out of scope"."""
    if (
        len(cells) != _PAIR
        or label
        or has_requirement_column(header)
        or not all(cells)
        or not is_section_title(cells[0])
    ):
        return None
    section = section_of(cells[0])
    return (
        Row(cells[1], section=section)
        if section is not None and not _is_mark(cells[1]) and not is_label(cells[1])
        else None
    )


def _text(header: tuple[str, ...], cells: tuple[str, ...], filled: list[int]) -> str:
    text = "; ".join(
        cells[at]
        if order == 0 or has_requirement_column((header[at],)) or not header[at]
        else f"{header[at].lower()}: {cells[at]}"
        for order, at in enumerate(filled)
    )
    if len(filled) > 1 and len(cells[filled[0]].split()) <= 5:
        return text.replace("; ", ": ", 1)  # a name and its description
    return text


def _rows_by_column(columns: Columns, header: tuple[str, ...], cells: tuple[str, ...]) -> list[Row]:
    """Return a requirement for each cell, if the columns are sections of their own and one of them is excluded."""
    named = [at for at, section in enumerate(columns.sections) if section is not None and cells[at]]
    wanted = [
        at for at, section in enumerate(columns.sections) if section is not None and section is not Section.EXCLUDED
    ]
    if Section.EXCLUDED not in columns.sections or not wanted or any(_is_mark(cells[at]) for at in named):
        return []
    groups = [
        cells[at] for at in range(len(header)) if columns.sections[at] is None and at != columns.label and cells[at]
    ]
    prefix = "".join(f"{group}: " for group in groups)
    return [Row(f"{prefix}{cells[at]}", section=columns.sections[at]) for at in named]


def _is_excluded(columns: Columns, header: tuple[str, ...], cells: tuple[str, ...]) -> bool:
    """Return whether a cell rules the row out: a status, a "no" below "In scope", a "yes" below "Out of scope" or "v2"."""
    in_scope = [cells[at].casefold().strip(" .") for at in columns.scope]
    if any(_is_no(cell) or _means_excluded(cell) for cell in in_scope):
        return True
    flags = [cells[at] for at, section in enumerate(columns.sections) if section is Section.EXCLUDED]
    if any(cell.casefold().strip() in _YES_WORDS for cell in flags) and not any(
        cell.strip("-–— ") for cell in in_scope
    ):
        return True
    remarks = (
        cells[at] for at in columns.texts[1:] if not has_requirement_column((header[at],)) and not _is_mark(cells[at])
    )
    if any(map(is_exclusion_remark, remarks)):
        return True
    return any(_means_excluded(cells[at]) for at in columns.metadata)


def is_excluding_status(name: str, cell: str) -> bool:
    """Return whether the name is that of a status, or the like, and its value rules out what it belongs to."""
    return name.casefold().strip() in METADATA_COLUMNS and _means_excluded(cell)


def is_metadata(line: str) -> bool:
    """Return whether a line is a name such as "Priority" and a value of few words."""
    name, colon, value = line.partition(":")
    return bool(colon) and name.casefold().strip() in METADATA_COLUMNS and 0 < len(value.split()) <= MAX_COLUMN_WORDS


def _is_more_than_a_status(cell: str) -> bool:
    words = len(cell.split())
    return words > MAX_COLUMN_WORDS or (words > _MAX_STATUS_WORDS and states_requirement(cell))


def _is_yes(cell: str) -> bool:
    return cell.casefold().strip(" .") in _YES_WORDS


def _is_no(cell: str) -> bool:
    return cell.casefold().strip(" .") in _NO_WORDS


def _is_mark(cell: str) -> bool:
    return _is_yes(cell) or _is_no(cell) or cell.strip() in ("-", "–", "—")


def _story(header: tuple[str, ...], cells: tuple[str, ...], at: tuple[int, int, int | None]) -> str:
    actor, wanted, benefit = at
    who, what = cells[actor], cells[wanted]
    if not what:
        return who
    if who and not re.match(r"as\b", who, re.IGNORECASE):
        who = f"As {'an' if who[0].lower() in 'aeiou' else 'a'} {who}"
    if not re.match(r"(?:i|we)\b", what, re.IGNORECASE):
        what = f"I want {'' if what.lower().startswith('to ') or not header[wanted].lower().endswith('to') else 'to '}{what}"
    text = f"{who}, {what}" if who else what
    if benefit is not None and cells[benefit]:
        why = cells[benefit]
        text += f", {why}" if re.match(r"so\b", why, re.IGNORECASE) else f", so that {why}"
    return text


def _means_excluded(cell: str) -> bool:
    words = cell.strip(" .()[]")
    ruled_out = any(word in RULED_OUT for word in re.split(r"[^\w]+", words[:80].casefold()))
    _, _, remark = words.partition("(")
    negated = re.sub(r"^(?:no|não) (?=\w)", "not ", words.casefold())
    is_remark = any(map(is_exclusion, filter(None, (negated, remark))))
    return bool(words) and (words[0] in CROSSES or ruled_out or _is_no(words) or is_remark)


_YES_WORDS = frozenset("yes y x true in ja oui sí si sim да 是 はい ✓ ✔ ✅ ☑ ● •".split())
_NO_WORDS = frozenset(
    "no n w false out nein non nee não nie нет 否 いいえ 아니오 ✗ ✘ ❌ 🚫 cut duplicate 不做 対象外 取消 保留 취소 reserved reserviert".split()
)
