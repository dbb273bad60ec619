"""Finds pasted Gherkin, and fences it as code, so that its tables and indentation are not read as Markdown."""

# ruff: noqa: RUF001 - words of many languages, in long patterns

from __future__ import annotations

import re

from crew.reading import patterns

_FENCE = "`" * 8
_FEATURE = re.compile(
    r"(?:Feature|Funktionalität|Fonctionnalité|Característica|Funcionalidade|Funzionalità|Functionaliteit|Właściwość|Функция|功能|フィーチャ|機能|기능)\s*[:：]",
    re.IGNORECASE,
)
_EXAMPLES = re.compile(
    r"^\s*(?:Examples|Scenarios|Beispiele|Exemples|Ejemplos|Exemplos|Esempi|Voorbeelden|Przykłady|Примеры|例子|例|サンプル|예)\s*[:：]\s*$",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(?:Background|Rule|Grundlage|Hintergrund|Voraussetzungen|Regel|Contexte|Règle|Antecedentes|Contexto|Regla|Regra|Contesto|Regola|Achtergrond|Założenia|Предыстория|Правило|背景|规则|ルール|배경)\s*[:：]|@\w|\|",
    re.IGNORECASE,
)


def fence_scenarios(text: str) -> str:
    """Return a text with each run of lines of Gherkin that has scenarios, and a feature or examples, as code."""
    if not any(map(_begins, lines := text.split("\n"))):
        return text
    found: list[str] = []
    at = 0
    fenced = False
    while at < len(lines):
        fenced ^= lines[at].lstrip().startswith(("```", "~~~"))
        end = _end(lines, at) if _begins(lines[at]) and not fenced else at
        run = lines[at:end]
        if any(map(patterns.SCENARIO.match, run)) and any(
            _FEATURE.match(each) or _EXAMPLES.match(each) for each in run
        ):
            title = run[:1] if not any(found) and not run[1].strip() else []
            found += [*title, _FENCE, *run[len(title) :], _FENCE]
        else:
            found += lines[at : (end := max(end, at + 1))]
        at = end
    return "\n".join(found)


def _begins(line: str) -> bool:
    return _FEATURE.match(line) is not None or patterns.SCENARIO.match(line) is not None


def _end(lines: list[str], at: int) -> int:
    """Return the end of the lines of Gherkin from a line on, without blank lines after them."""
    end = at + 1
    for index in range(end, len(lines)):
        line = lines[index]
        if not line.strip():
            continue
        belongs = (line[0].isspace() and "```" not in line) or _begins(line) or _EXAMPLES.match(line)
        if not (belongs or _OTHER.match(line) or patterns.STEP.match(line)):
            break
        end = index + 1
    return end
