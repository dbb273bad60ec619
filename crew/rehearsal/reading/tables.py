"""Reads tables of requirements: finds the columns for label, text, user story and scope."""

# ruff: noqa: E501, RUF001, SIM905 - words of many languages, in long lists
from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from crew.rehearsal.reading.markdown_blocks import Block
from crew.rehearsal.reading.requirements import is_label
from crew.rehearsal.reading.section_headings import is_exclusion

_LABELS = "id ids # no no. nr nr. num number ref reference key req.id req-id reqid code lfd lfd.nr pos n° nº № n.o numéro número numero nummer 编号 序号 番号 번호".split()
_METADATA_COLUMNS = (
    "priority prio priorität priorité prioridad prioridade priorità prioriteit priorytet приоритет 优先级 優先度 우선순위 moscow importance severity "
    "status state zustand statut estado stato stan статус 状态 状態 상태 phase release version milestone sprint iteration quarter owner assignee author responsible "
    "verantwortlich responsable estimate effort points storypoints aufwand size source quelle origin date datum fecha category kategorie catégorie categoría type typ tipo "
    "link links ticket jira issue rank complexity risk done ✓ komplexität"
).split()
_REQUIREMENT_COLUMN = re.compile(
    r"requirement|feature|stor(?:y|ies)|use case|function|capabilit|need|shall|must|criteri|as an? |i want|description|what"
    r"|anforderung|funktion|beschreibung|bedarf|wunsch|exigence|fonction|besoin|requisit|requerimiento|función|funcionalidad|funcionalidade|funzion"
    r"|eis|vereiste|wymaganie|krav|требовани|функци|описание|需求|功能|描述|要件|機能|要求|요구|기능|설명",
    re.IGNORECASE,
)
_WANTED = re.compile(
    r"^(?:(?:i|we)(?:'d)? (?:want|need|would like|can)(?: to)?|want(?: to)?|goal|action|capability)\b", re.IGNORECASE
)
_ACTOR = re.compile(r"^(?:as an?|as|actor|role|user|persona|who)\b", re.IGNORECASE)
_BENEFIT = re.compile(r"^(?:so(?: that)?|in order to|benefit|because|why|reason)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """A table row as a requirement."""

    text: str
    label: str | None
    excluded: bool
    struck: bool


@dataclass(frozen=True, slots=True)
class _Columns:
    label: int | None
    metadata: tuple[int, ...]
    texts: tuple[int, ...]
    story: tuple[int, int, int | None] | None


def has_requirement_column(header: tuple[str, ...]) -> bool:
    """Return whether a table's header names a column of requirements."""
    return any(_REQUIREMENT_COLUMN.search(name) for name in header)


def parse_row(row: Block) -> Row | None:
    """Return the requirement in a row, or None if the row is empty."""
    columns = _columns(row.header)
    cells = (*row.cells, *("" for _ in range(len(row.header) - len(row.cells))))
    label = cells[columns.label] if columns.label is not None else next(filter(is_label, cells[:1]), "")
    excluded = any(
        _means_excluded(cells[at]) or (is_exclusion(row.header[at]) and cells[at].lower() in _YES_WORDS)
        for at in range(len(cells))
        if at in columns.metadata or is_exclusion(row.header[at])
    )
    filled = [at for at in columns.texts if cells[at] and cells[at] != label]
    if columns.story:
        text = _story(row.header, cells, columns.story)
    else:
        text = "; ".join(
            cells[at]
            if order == 0 or _REQUIREMENT_COLUMN.search(row.header[at]) or not row.header[at]
            else f"{row.header[at].lower()}: {cells[at]}"
            for order, at in enumerate(filled)
        )
        if len(filled) > 1 and len(cells[filled[0]].split()) <= 5:
            text = text.replace("; ", ": ", 1)  # a name and its description
    if not text and row.struck:
        return Row(row.struck, None, excluded=False, struck=True)
    if not text:
        return None
    return Row(text, label if is_label(label) else None, excluded, struck=False)


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
    words = cell.strip(" .()[]").casefold().replace("’", "'")
    return is_exclusion(words) or words in _NO_WORDS


_YES_WORDS = frozenset("yes y x true ja oui sí si sim да 是 はい ✓ ✔ ✅".split())
_NO_WORDS = frozenset(
    "no w won't wont declined cancelled canceled removed obsolete withdrawn superseded duplicate cut not planned "
    "out nein abgelehnt gestrichen non rejeté rifiutato rechazado cancelado rejeitado отклонено 否 不做 废弃 取消 対象外 보류 제외".split()
)


@lru_cache(maxsize=256)
def _columns(header: tuple[str, ...]) -> _Columns:
    names = [unicodedata.normalize("NFKC", each).casefold().strip(" .:") for each in header]
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
    texts = tuple(at for at in range(len(names)) if at != label and at not in metadata)
    says = [at for at in texts if _REQUIREMENT_COLUMN.search(names[at])]
    if says and texts and says[0] != texts[0] and not has_requirement_column((names[texts[0]],)) and len(says) == 1:
        texts = (
            (says[0], *(at for at in texts if at != says[0]))
            if names[texts[0]] not in ("name", "title", "titel")
            else texts
        )
    return _Columns(label, metadata, texts, story)
