"""Patterns for remarks, placeholders, numbered lines and scenarios in a brief."""

# ruff: noqa: E501, RUF001 - words and punctuation of many languages, in long patterns
from __future__ import annotations

import re

from crew.reading.markdown_blocks import Block
from crew.reading.requirements import split_label
from crew.reading.section_titles import is_section_title

DASH = re.compile(r"^([^:：]{1,40}?) [-–—] ")
TAIL = re.compile(
    r"(?:[:：→←] ?|[-=]> ?|<[-=]+ ?| (?:[-–—]|--) ?| #(?=\w)| (?:[|#]|//) (?!(?:is|are|was|were|be|will|ist|sind|wird|werden|est|sont|es|son|è|sono|é|são)\b)|— ?)([^:：–—→←<>|#/]{1,70})$"
)
MAX_TAIL = 70
"""Characters at the end of a text in which a tail is looked for."""
REMARK = re.compile(r"[(\[（【]([^()\[\]（）【】]{2,60})[)\]）】]\s*[.;,。；，]?$")
LEADING_REMARK = re.compile(r"^[(\[（【]([^()\[\]（）【】]{1,60})[)\]）】]")
LEAD = re.compile(r"^([^:：;；]{1,60})[:：]\s*(.*)$", re.DOTALL)
PLACEHOLDER = re.compile(
    r"^(?:\W*|(?:tbd|tba|todo|n/?a|none|nothing|keine?|aucune?|ninguno|nessuno|geen|lorem ipsum.*|\.\.\.|…)\W*"
    r"|<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\})$",
    re.IGNORECASE,
)
_MODALS = "can|cannot|must|may|should|shall|could|will|kann|können|muss|müssen|soll|sollen|darf|peut|peuvent|puede|pueden|pode|podem|può|possono|kan|kunnen"
MODAL = re.compile(rf"^(?:{_MODALS})\b")
MODAL_INSIDE = re.compile(rf"\b(?:{_MODALS})\b")
URL = re.compile(r"^<?[a-z]+://\S+$", re.IGNORECASE)
SCENARIO = re.compile(
    r"^\s*(?:Scenario(?: Outline| Template)?|Szenario(?:grundriss|vorlage)?|(?:Plan du )?Scénario|(?:Esquema del )?Escenario|(?:Esquema do )?Cenário|Schema dello scenario|Abstract Scenario"
    r"|Scenariusz|Szablon scenariusza|Сценарий|Структура сценария|场景(?:大纲)?|剧本|シナリオ(?:アウトライン|テンプレート)?|시나리오(?: 개요)?)\s*[:：]\s*(.*)$",
    re.I,
)
EXAMPLE = re.compile(
    r"^\s*(?:Example|Beispiel|Exemple|Ejemplo|Exemplo|Esempio|Voorbeeld|Przykład|Пример|例子|例)\s*[:：]\s*(\S.*)$",
    re.I,
)
"""A scenario if a step comes after it."""
STEP = re.compile(
    r"^\s*(?:[-*•]\s+)?(?:(?:Given|When|Then|And|But|Angenommen|Gegeben sei|Wenn|Dann|Und|Aber|Étant donné|Soit|Quand|Lorsque|Alors|Et|Mais|Dad[oa]s?|Cuando|Entonces|Y|Pero|Quando|Então|E|Mas|Dat[oaie]"
    r"|Allora|Ma|Gegeven|Stel|Als|En|Maar|Mając|Zakładając|Jeżeli|Jeśli|Gdy|Kiedy|Wtedy|Oraz|I|Ale|Допустим|Дано|Когда|Тогда|И|Но)\s|假如|当|那么|并且|前提|もし|ならば|かつ|만약|먼저|그러면|그리고)"
)
THEN = re.compile(
    r"^\s*(?:[-*•]\s+)?(?:(?:Then|Dann|Alors|Entonces|Então|Allora|Wtedy|Тогда|Dan)\s|那么|ならば|그러면)"
)
CONTINUED_BY_CHILDREN = re.compile(
    r"(?<=\s)(?:can|must|should|shall|may|could|will|to|kann|können|soll|sollen|muss|müssen) ?:?$", re.I
)
"""An item whose nested items continue its sentence: "Users can:", "sign up"."""
PARAGRAPH_NUMBER = re.compile(r"^(\d{1,3}(?:\.\d{1,3}){1,4})\.?\s+(?=[^\W\d]|[(\[])")
CARD = re.compile(
    r"^(?:title|story|user story|name|feature|requirement|titel|titre|título|titolo|tytuł|название|标题|タイトル|제목)(?: (?:id|no|#)?\d*)?\s*[:：]",
    re.IGNORECASE,
)
"""The first line of a story card, whose last says its status."""
MAX_LEAD = 300
"""Characters of words that are repeated before each item that completes them."""
MIN_REQUIREMENT_WORDS = 3
"""A shorter nested item is a detail of the item above it."""


def split_at_leads(lines: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Split a paragraph before each line that names a section: "Requirements: ...", "Out of scope: ..."."""
    starts = [at for at, line in enumerate(lines) if at == 0 or _names_section(line) or is_title(lines, at)]
    return [lines[start:end] for start, end in zip(starts, [*starts, len(lines)][1:], strict=True)]


def is_title(lines: tuple[str, ...], at: int) -> bool:
    """Return whether a line names the section of the labelled line below it."""
    below = next(iter(lines[at + 1 : at + 2]), "")
    return split_label(below)[0] is not None and split_label(lines[at])[0] is None and is_section_title(lines[at])


def _names_section(line: str) -> bool:
    lead = LEAD.match(line) or DASH.match(line)
    return lead is not None and not lead[1].startswith("/") and is_section_title(lead[1])


def count_words(text: str) -> int:
    """Return the number of words; in a script without spaces, an estimate."""
    return len(text.split()) if text.isascii() else max(len(text.split()), len(text) // 4)


def labelled_lines(block: Block) -> list[tuple[str, str]]:
    """Return a paragraph's labelled lines, joined with the lines that continue them; none if the first has no label."""
    found: list[tuple[str, str]] = []
    for line in block.lines:
        label, rest = split_label(line)
        if label is None and (number := PARAGRAPH_NUMBER.match(line)):
            label, rest = number[1], line[number.end() :]
        if label is not None:
            found.append((label, rest))
        elif not found:
            return []
        else:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line}")
    return found


def is_only_a_remark(text: str) -> bool:
    """Return whether there is nothing but punctuation and a remark in brackets."""
    rest = text.strip(" .,;:–—-")
    return not rest or (rest[0] in "([（" and rest[-1] in ")]）")


def collapse_whitespace(text: str) -> str:
    return " ".join(text.split())
