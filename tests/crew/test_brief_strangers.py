"""Briefs in the styles of many people: meeting notes, mails, AsciiDoc, reST, LaTeX, RFC templates."""

# ruff: noqa: E501, RUF001 - texts of many languages, in long lists
from __future__ import annotations

import pytest

from crew.reading.brief import read_brief

# A text, its requirements with labels, and its unused parts.
CASES = [
    ("= A\n\nWe print.\n\n== Requirements\n\nPrint:: A clerk prints.\n\n[NOTE]\n====\nAsk Kim.\n====\n\n* aa\n\n== Out of scope\n\n* bb\n", "R1 Print: A clerk prints.|R2 aa", "NOTE: Ask Kim.|bb"),
    ("A\n=\n\n.. contents:: Contents\n\nRequirements\n------------\n\nWind\n    It is measured.\n\n.. list-table:: What\n   :header-rows: 1\n\n   * - ID\n     - Requirement\n   * - WS-1\n     - It stores\n       a year\n", "R1 Wind: It is measured.|WS-1 It stores a year", ".. list-table:: What"),
    ("\\documentclass{article}\n\\title{A}\n\\section{Requirements}\n\\begin{tabular}{|l|l|}\n\\hline\nID & Requirement \\\\ \\hline\nREQ-5 & aa bb \\\\ \\hline\n\\end{tabular}\n\\section{Out of scope}\n\\begin{itemize}\n\\item cc\n\\end{itemize}\n", "REQ-5 aa bb", "cc"),
    ("# A\n\nWords.\n\n{|l|l|}\n\n## Requirements\n\n- aa\n", "R1 aa", "{¦l¦l¦}"),
    ("= A =\n== Requirements ==\n{|\n! ID !! Text\n|-\n| FR-1 || aa\nbb\n|}\n* cc\n", "FR-1 aa bb|R1 cc", ""),
    ("Title: Refund\n\nDescription:\nAs a cashier\nI want to refund\nSo that they calm down\n\nAcceptance criteria:\n- aa bb\n", "R1 Description: As a cashier I want to refund So that they calm down|R2 aa bb", ""),
    ("# A\n\nIt must print. No logins please, and no payments. Maybe later we add a chat.\n", "R1 It must print.", "No logins please, and no payments.|Maybe later we add a chat."),
    ("# A\n\n## Requirements\n\nNo data may be lost, and no two rows are the same.\n", "R1 No data may be lost, and no two rows are the same.", ""),
    ("# A\n\n## Functional requirements\n\n1. **Tasks**\n   1.1. Create a task\n   1.2 Edit a task\n2. **Filters**\n   2.1. Filter by state\n", "1.1 Create a task|1.2 Edit a task|2.1 Filter by state", ""),
    ("Functional requirements\nFR1: The app lists trains.\nFR2: tbd\nFR3: removed, see FR1\n\nNon-functional requirements\nNFR1: It is fast.\n", "FR1 The app lists trains.|q NFR1 It is fast.", "FR2: tbd|FR3: removed, see FR1"),
    ("# A\n\n1. Requirements\n1.1 aa bb\n1.2 (Removed)\n", "1.1 aa bb", "1.2 (Removed)"),
    ("# Compte rendu\n\n## Décisions\n- Les bénévoles s'inscrivent.\n\n## Actions\n- Bruno appelle\n", "R1 Les bénévoles s'inscrivent.", "Bruno appelle"),
    ("# A\n\n## 1. Introducción\n### 1.2 Alcance\nEste texto.\n\nEl sistema gestiona parcelas.\n\n## 2. Requisitos\n- aa\n", "R1 aa", "El sistema gestiona parcelas."),
    ("# A\n\n| História | Prioridade |\n|-|-|\n| Reservar um livro | Alta |\n| Avaliar livros | Não fazer |\n", "R1 Reservar um livro", "Avaliar livros|Prioridade: Alta, Não fazer"),
    ("Sagra\n\nCosa deve fare\n- aa\n\nCosa NON deve fare\n- bb\n\nDa decidere\n- cc\n", "R1 aa", "bb|cc"),
    ("# A\n\n## 需求\n\n- 借书\n- 逾期一天后发送短信（本期不做）。\n", "R1 借书", "逾期一天后发送短信（本期不做）。"),
    ("[需求]\n1) 预约\n\n[不包含]\n1) 支付\n", "R1 预约", "支付"),
    ("# A\n\n## Возможности\n* Поиск\n* Поиск по заметкам (в следующей версии)\n", "R1 Поиск", "Поиск по заметкам (в следующей версии)"),
    ("# A\n\n## Guide\n- aa bb cc\n\n## Future possibilities\n- dd\n", "R1 aa bb cc", "Future possibilities|dd"),
    ("# A\n\n- aa\n\nRepro steps:\n1. Open it\n", "R1 aa", "Open it"),
    ("# A\n\n> Should it warn us?\nYes, it must warn us.\n\n> Bar codes?\nNo, not for now.\n", "R1 Yes, it must warn us.", "Should it warn us?|Bar codes?|No, not for now."),
    ("# A\n\n> aa is\nwrapped by hand\n\n- bb\n", "R1 bb", "aa is wrapped by hand"),
    ('{"project": {"name": "Shed"}, "userStories": [{"id": "US-1", "role": "guest", "want": "a drill"}], "outOfScope": ["payments"]}', "US-1 role: guest; want: a drill", "payments"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "built", "left"), CASES, ids=range(len(CASES)))
def test_a_brief_of_a_stranger_is_read(text: str, built: str, left: str) -> None:
    brief = read_brief(text, "Untitled")
    found = [f"{'q ' if each.quality else ''}{each.label} {each.text}" for each in brief.requirements]
    assert found == built.split("|")
    assert sorted(each.text.replace("|", "¦") for each in brief.not_used) == sorted(filter(None, left.split("|")))
