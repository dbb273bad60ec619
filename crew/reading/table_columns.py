"""The columns of a table of requirements: those of labels, texts, user stories, metadata and scope."""

# ruff: noqa: E501, SIM905 - words of many languages, in long lists
from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from crew.reading.requirements import is_label
from crew.reading.scope_remarks import label_section
from crew.reading.section_headings import section_of
from crew.reading.sections import Section

MAX_COLUMN_WORDS = 4
"""Words that the name of a column may have. A cell of metadata with more is a text."""

_MAX_COLUMNS = 24

_CUSTOM = re.compile(r"^(?:[Cc]ustom field \(([^()]*)\)|(.*)/s)$")
"""A tracker's name for a column of a team, or of several values."""
_IDS = (" id", "-id", " no", " nr", " key")
_DONE = ("done", "✓")
_NAMES = (
    "name",
    "title",
    "titel",
    "summary",
    "titre",
    "título",
    "titolo",
    "zusammenfassung",
    "résumé",
    "resumen",
    "resumo",
)
_LABELS = "id ids # no no. nr nr. num number ref reference key req.id req-id reqid code lfd lfd.nr pos n° nº № n.o numéro número numero nummer 编号 序号 番号 번호".split()
METADATA_COLUMNS = (
    "priority prio priorität priorité prioridad prioridade priorità prioriteit priorytet приоритет 优先级 優先度 우선순위 moscow importance severity "
    "status state zustand statut estado stato stan статус 状态 状態 상태 phase release version milestone sprint iteration quarter owner assignee author responsible "
    "verantwortlich responsable estimate effort points storypoints aufwand size source quelle origin date datum fecha category kategorie catégorie categoría type typ tipo "
    "decision verdict outcome resolution entscheidung décision decisión link links ticket jira issue rank complexity risk reporter creator created updated modified resolved viewed votes labels tags component components epic parent project done ✓ komplexität"
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


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a table are for, each by its index."""

    label: int | None
    metadata: tuple[int, ...]
    texts: tuple[int, ...]
    story: tuple[int, int, int | None] | None
    section: Section | None  # of the whole table
    sections: tuple[Section | None, ...]  # of each column
    scope: tuple[int, ...]  # columns that say whether a row is in scope
    done: tuple[int, ...]  # columns that say whether a row is built already


def has_requirement_column(header: tuple[str, ...]) -> bool:
    """Return whether a table's header names a column of requirements."""
    return any(_REQUIREMENT_COLUMN.search(name) for name in header)


def names_columns(cells: list[str], *, with_label: bool = False, widest: int = _MAX_COLUMNS) -> bool:
    """Return whether the cells of a row are the names of a table's columns, one of them for labels or requirements."""
    if len(cells) > widest:
        return False
    header = tuple(_CUSTOM.sub(r"\1\2", " ".join(cell.split())) for cell in cells)
    if not all(len(cell.split()) <= MAX_COLUMN_WORDS for cell in header):
        return False
    if any(cell.isdigit() or is_label(cell) for cell in header):
        return False
    has_label = columns_of(header).label is not None
    return any(header) and (has_label or (has_requirement_column(header) and not with_label))


@lru_cache(maxsize=256)
def columns_of(header: tuple[str, ...]) -> Columns:
    """Return what the columns of a table with this header are for."""
    names = [_CUSTOM.sub(r"\1\2", unicodedata.normalize("NFKC", each).casefold().strip(" .:?")) for each in header]
    label = next(
        (at for at, name in enumerate(names) if name in _LABELS or name.endswith(_IDS)),
        None,
    )
    actor = next((at for at, name in enumerate(names) if _ACTOR.match(name)), None)
    wanted = next((at for at, name in enumerate(names) if _WANTED.match(name)), None)
    benefit = next((at for at, name in enumerate(names) if _BENEFIT.match(name)), None)
    story = (actor, wanted, benefit) if actor is not None and wanted is not None else None
    metadata = tuple(
        at
        for at, name in enumerate(names)
        if at != label and (name.split(" ")[-1] in METADATA_COLUMNS or name in METADATA_COLUMNS or name.endswith(_IDS))
    )
    # A column "No." holds labels, and says nothing of what is ruled out.
    sections = tuple(None if at == label else _column_section(name) for at, name in enumerate(names))
    scope = tuple(at for at, name in enumerate(names) if name in _SCOPE_COLUMNS)
    flags = {at for at, section in enumerate(sections) if section is Section.EXCLUDED} | set(scope)
    metadata = tuple(at for at in metadata if at not in flags and names[at] not in (*_DONE, "risk"))
    texts = tuple(
        at
        for at, name in enumerate(names)
        if at != label and at not in metadata and at not in flags and name not in _DONE
    )
    says = [at for at in texts if _REQUIREMENT_COLUMN.search(names[at])]
    if says and texts and says[0] != texts[0] and not has_requirement_column((names[texts[0]],)) and len(says) == 1:
        texts = (says[0], *(at for at in texts if at != says[0])) if names[texts[0]] not in _NAMES else texts
    done = tuple(at for at, name in enumerate(names) if name in _DONE)
    whole = None if story or _is_in_out(sections) else _table_section(names, label)
    return Columns(label, metadata, texts, story, whole, sections, scope, done)


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


def _is_in_out(sections: tuple[Section | None, ...]) -> bool:
    return len({section for section in sections if section is not None}) > 1 and Section.EXCLUDED in sections
