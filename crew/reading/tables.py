"""Reads tables of requirements: finds the columns for label, text, user story and scope."""

# ruff: noqa: E501, RUF001, SIM905 - words of many languages, in long lists
from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from crew.reading.markdown_blocks import Block
from crew.reading.requirements import is_label
from crew.reading.scope_words import CROSSES, RULED_OUT
from crew.reading.section_headings import is_exclusion, is_exclusion_remark, label_section, section_of
from crew.reading.sections import Section
from crew.reading.sentences import states_requirement

_LABELS = "id ids # no no. nr nr. num number ref reference key req.id req-id reqid code lfd lfd.nr pos n° nº № n.o numéro número numero nummer 编号 序号 番号 번호".split()
_METADATA_COLUMNS = (
    "priority prio priorität priorité prioridad prioridade priorità prioriteit priorytet приоритет 优先级 優先度 우선순위 moscow importance severity "
    "status state zustand statut estado stato stan статус 状态 状態 상태 phase release version milestone sprint iteration quarter owner assignee author responsible "
    "verantwortlich responsable estimate effort points storypoints aufwand size source quelle origin date datum fecha category kategorie catégorie categoría type typ tipo "
    "decision verdict outcome resolution entscheidung décision decisión link links ticket jira issue rank complexity risk done ✓ komplexität"
).split()
_REQUIREMENT_COLUMN = re.compile(
    r"requirement|feature|stor(?:y|ies)|use case|function|capabilit|\b(?:needs?|shall|must|what)\b|criteri|\bas an? |\bi want|description"
    r"|anforderung|funktion|beschreibung|bedarf|wunsch|exigence|fonction|besoin|requisit|requerimiento|función|funcionalidad|funcionalidade|funzion"
    r"|\beis(?:en)?\b|vereiste|wymagani[ae]|\bkrav|требовани|функци|описание|需求|功能|描述|要件|機能|要求|요구|기능|설명",
    re.IGNORECASE,
)
_WANTED = re.compile(
    r"^(?:(?:i|we)(?:'d)? (?:want|need|would like|can)(?: to)?|want(?: to)?|goal|action|capability)\b", re.IGNORECASE
)
_ACTOR = re.compile(r"^(?:as an?|as|actor|role|user|persona|who)\b", re.IGNORECASE)
_BENEFIT = re.compile(r"^(?:so(?: that)?|in order to|benefit|because|why|reason)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """A table row, or a cell of it, as a requirement. `section` is its own kind, if the table or the row names one."""

    text: str
    label: str | None = None
    section: Section | None = None
    struck: bool = False


@dataclass(frozen=True, slots=True)
class _Columns:
    label: int | None
    metadata: tuple[int, ...]
    texts: tuple[int, ...]
    story: tuple[int, int, int | None] | None
    section: Section | None  # of the whole table
    sections: tuple[Section | None, ...]  # of each column
    scope: tuple[int, ...]  # columns that say whether a row is in scope


def has_requirement_column(header: tuple[str, ...]) -> bool:
    """Return whether a table's header names a column of requirements."""
    return any(_REQUIREMENT_COLUMN.search(name) for name in header)


def names_columns(cells: list[str], *, with_label: bool = False) -> bool:
    """Return whether the cells of a row are the names of a table's columns, one of them for labels or requirements."""
    header = tuple(" ".join(cell.split()) for cell in cells)
    if len(header) > _MAX_COLUMNS or not all(len(cell.split()) <= _MAX_COLUMN_WORDS for cell in header):
        return False
    if any(cell.isdigit() or is_label(cell) for cell in header):
        return False
    has_label = _columns(header).label is not None
    return any(header) and (has_label or (has_requirement_column(header) and not with_label))


_MAX_COLUMNS, _MAX_COLUMN_WORDS, _MAX_STATUS_WORDS = 24, 4, 2


def parse_rows(row: Block) -> list[Row]:
    """Return the requirements in a row: one, or one for each column of a table such as "In scope", "Out of scope"."""
    columns = _columns(row.header)
    cells = (*row.cells, *("" for _ in range(len(row.header) - len(row.cells))))
    label = cells[columns.label] if columns.label is not None else next(filter(is_label, cells[:1]), "")
    if columns.section is None and (by_column := _rows_by_column(columns, row.header, cells)):
        return by_column
    filled = [
        at
        for at in columns.texts
        if cells[at] and cells[at] != label and not (columns.sections[at] is not None and _is_mark(cells[at]))
    ]
    filled += [at for at in columns.metadata if _is_more_than_a_status(cells[at])]
    if columns.section is not None:
        text = "; ".join(cells[at] for at in range(len(cells)) if at != columns.label and cells[at])
    elif columns.story:
        text = _story(row.header, cells, columns.story)
    else:
        text = _text(row.header, cells, filled)
    if row.struck and (not text or (columns.texts and not cells[columns.texts[0]])):
        return [Row("; ".join(filter(None, (row.struck, text))), struck=True)]
    if not text:
        rest = "; ".join(cell for at, cell in enumerate(cells) if at != columns.label and cell)
        return [Row(rest, label if is_label(label) else None, Section.CONTEXT)] if rest else []
    section = columns.section or (Section.EXCLUDED if _is_excluded(columns, cells) else None)
    ruled_out = [
        Row(cell, section=Section.EXCLUDED)
        for cell, named in zip(cells, columns.sections, strict=False)
        if named is Section.EXCLUDED and cell and not _is_mark(cell) and columns.section is None
    ]
    return [Row(text, label if is_label(label) else None, section), *ruled_out]


def _text(header: tuple[str, ...], cells: tuple[str, ...], filled: list[int]) -> str:
    text = "; ".join(
        cells[at]
        if order == 0 or _REQUIREMENT_COLUMN.search(header[at]) or not header[at]
        else f"{header[at].lower()}: {cells[at]}"
        for order, at in enumerate(filled)
    )
    if len(filled) > 1 and len(cells[filled[0]].split()) <= 5:
        return text.replace("; ", ": ", 1)  # a name and its description
    return text


def _rows_by_column(columns: _Columns, header: tuple[str, ...], cells: tuple[str, ...]) -> list[Row]:
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
    prefix = f"{groups[0]}: " if groups else ""
    return [Row(f"{prefix}{cells[at]}", section=columns.sections[at]) for at in named]


def _is_excluded(columns: _Columns, cells: tuple[str, ...]) -> bool:
    """Return whether a cell rules the row out: a status, a "no" below "In scope", a "yes" below "Out of scope" or "v2"."""
    in_scope = [cells[at].casefold().strip(" .") for at in columns.scope]
    if any(_is_no(cell) or _means_excluded(cell) for cell in in_scope):
        return True
    flags = [cells[at] for at, section in enumerate(columns.sections) if section is Section.EXCLUDED]
    if any(cell.casefold().strip() in _YES_WORDS for cell in flags) and not any(map(_is_yes, in_scope)):
        return True
    if any(is_exclusion_remark(cells[at]) and not _is_mark(cells[at]) for at in columns.texts[1:]):
        return True
    return any(_means_excluded(cells[at]) for at in columns.metadata)


def is_excluding_status(name: str, cell: str) -> bool:
    """Return whether the name is that of a status, or the like, and its value rules out what it belongs to."""
    return name.casefold().strip() in _METADATA_COLUMNS and _means_excluded(cell)


def _is_more_than_a_status(cell: str) -> bool:
    words = len(cell.split())
    return words > _MAX_COLUMN_WORDS or (words > _MAX_STATUS_WORDS and states_requirement(cell))


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
    return bool(words) and (words[0] in CROSSES or ruled_out or _is_no(words) or is_exclusion(words))


_YES_WORDS = frozenset("yes y x true in ja oui sí si sim да 是 はい ✓ ✔ ✅ ☑ ● •".split())
_NO_WORDS = frozenset(
    "no n w false out nein non nee não nie нет 否 いいえ 아니오 ✗ ✘ ❌ 🚫 cut duplicate 不做 対象外".split()
)
_SCOPE_COLUMNS = frozenset(
    "scope;in scope;in scope for v1;included;include;in mvp;mvp;in v1;v1;version 1;phase 1;release 1;build;build it;in;umfang;im umfang;enthalten;im scope;"
    "inclus;dans le périmètre;incluido;incluida;en alcance;incluído;no escopo;incluso;in ambito;inbegrepen;binnen scope;w zakresie;в рамках;范围内;対象".split(
        ";"
    )
)
_HISTORY_COLUMNS = frozenset("version ver rev revision date author by changes change 版本 版 日付".split())
_GLOSSARY_COLUMNS = frozenset(
    "term abbreviation acronym begriff abkürzung terme sigle término termo termine begrip термин 术语 用語".split()
)


def _table_section(names: list[str], label: int | None) -> Section | None:
    """Return the kind of a whole table, by the first column that is no label: risks, questions, background."""
    first = next((name for at, name in enumerate(names) if at != label), "")
    if first in _GLOSSARY_COLUMNS or (first in _HISTORY_COLUMNS and len(_HISTORY_COLUMNS.intersection(names)) > 1):
        return Section.CONTEXT
    if (labelled := label_section(first)) is not None:
        return labelled
    section = section_of(first)
    return section if section is not None and section.is_unused else None


def _column_section(name: str) -> Section | None:
    if name in _SCOPE_COLUMNS:
        return Section.REQUIREMENTS
    section = section_of(name)
    if section is Section.EXCLUDED or section is Section.GOALS:
        return section
    names_items = _REQUIREMENT_COLUMN.search(name) is not None and not name.startswith(("must", "shall", "what"))
    return section if section is not None and section.is_requested and not names_items else None


@lru_cache(maxsize=256)
def _columns(header: tuple[str, ...]) -> _Columns:
    names = [unicodedata.normalize("NFKC", each).casefold().strip(" .:?") for each in header]
    label = next(
        (at for at, name in enumerate(names) if name in _LABELS or name.endswith((" id", "-id", " no", " nr"))), None
    )
    actor = next((at for at, name in enumerate(names) if _ACTOR.match(name)), None)
    wanted = next((at for at, name in enumerate(names) if _WANTED.match(name)), None)
    benefit = next((at for at, name in enumerate(names) if _BENEFIT.match(name)), None)
    story = (actor, wanted, benefit) if actor is not None and wanted is not None else None
    metadata = tuple(
        at
        for at, name in enumerate(names)
        if at != label and (name in _METADATA_COLUMNS or name.split(" ")[-1] in _METADATA_COLUMNS)
    )
    # A column "No." holds labels, and says nothing of what is ruled out.
    sections = tuple(None if at == label else _column_section(name) for at, name in enumerate(names))
    scope = tuple(at for at, name in enumerate(names) if name in _SCOPE_COLUMNS)
    flags = {at for at, section in enumerate(sections) if section is Section.EXCLUDED} | set(scope)
    metadata = tuple(at for at in metadata if at not in flags and names[at] not in ("done", "✓", "risk"))
    texts = tuple(
        at
        for at, name in enumerate(names)
        if at != label and at not in metadata and at not in flags and name not in ("done", "✓")
    )
    says = [at for at in texts if _REQUIREMENT_COLUMN.search(names[at])]
    if says and texts and says[0] != texts[0] and not has_requirement_column((names[texts[0]],)) and len(says) == 1:
        texts = (
            (says[0], *(at for at in texts if at != says[0]))
            if names[texts[0]] not in ("name", "title", "titel")
            else texts
        )
    whole = None if story or _is_in_out(sections) else _table_section(names, label)
    return _Columns(label, metadata, texts, story, whole, sections, scope)


def _is_in_out(sections: tuple[Section | None, ...]) -> bool:
    return len({section for section in sections if section is not None}) > 1 and Section.EXCLUDED in sections
