"""What a heading, a label, a remark, a table or a status rules out is not built, and is listed with its reason."""

# ruff: noqa: E501 - texts of many languages, in long lists
from __future__ import annotations

import pytest

from crew.reading.brief import read_brief
from crew.reading.section_headings import section_of
from crew.reading.sections import Section

EXCLUDING = """Anti-requirements|Not-requirements|Features not in this release|Features for v2|Requirements v2|Unwanted|Cancelled
Cut or Obsolete requirements|Obsolete requirements|Features we decided against|"Won't" features|Verworfene Anforderungen|Removed features
Fonctionnalités abandonnées|Funcionalidades descartadas|Nice-to-have (not in MVP)|We need later|What we will leave out|Postponed
Kommt nicht in Version 1|Ce que nous ne ferons pas|Things we are not going to do|Omitted|No-gos / Rabbit holes|Not for this version
What we are explicitly not building|Not part of version 1|Explicitly not|NOT doing in v1|Skipped|Nope|Won't-haves|Lo que no haremos
No se incluye|Quedan fuera|Was wir nicht machen|Nicht Bestandteil des Projekts|Bewusst weggelassen|O que não será feito
Não faz parte do escopo|Cosa non faremo|Non rientra nell'ambito|Fuori portata|Wat we niet doen|Buiten beschouwing|今回やらないこと
スコープに含まれないもの|不在本期范围|暂不考虑|本期不做的功能|不属于本项目的范围|Что мы не делаем|하지 않는 것|Inte i denna version
Czego nie robimy|v2|Phase 2|Release 2.0|❌ Out of scope|🚫 Not doing|Scope: Out|Section 4 - Non-Goals & Exclusions
Excluded Features / Later|Out Of Scope / Assumptions|W - Won't have|Funktionen der nächsten Version|Nicht mehr gewünschte Funktionen
Requirements: none of these|Requirements that we dropped|Requirements for later|3. Out of Scope:|Out of scope for now|Second phase features"""
NAMES_OF_FEATURES = """Backlog|Ideas|Questions|Challenges|Deferred payments|Rejected orders|Index|Removed items|FAQ|Future bookings|Users
Archive and later|风险管理|问题跟踪|未来日程|排除规则|Questions management|Do not disturb mode|Users who have not paid|Notes|Team|Pay later"""
STATEMENTS = """The system shall export bookings as CSV|The user can upload a passport|Users can cancel|It must work offline
As a clerk, I want a list|As a user, I want to see features that are out of stock|The app must not store card numbers"""

# A text, its requirements, and its unused parts.
CASES = [
    ("# A\n\n## Requirements\n\n- aa\n\n<details>\n<summary>Out of scope</summary>\n\n- bb\n\n</details>\n\n- cc\n", "aa|cc", "bb"),
    ("# A\n\n<details><summary>Non-goals</summary>\n\n### bb\n- cc\n\n</details>\n<details><summary>Requirements</summary>\n\n- aa\n\n</details>\n", "aa", "bb|cc"),
    ("# A\n\n| Feature | Owner |\n|-|-|\n| aa | x |\n\n| Out of scope | Reason |\n|-|-|\n| bb | cc |\n", "aa", "bb; cc|Owner: x"),
    ("# A\n\n| In scope | Out of scope |\n|-|-|\n| aa | bb |\n| cc | |\n", "aa|cc", "bb"),
    ("# A\n\n| | Must | Should | Won't |\n|-|-|-|-|\n| aa | bb | cc | dd |\n", "aa: bb|aa: cc", "aa: dd"),
    ("# A\n\n| Feature | Must | Won't |\n|-|-|-|\n| aa | x | |\n| bb | | x |\n", "aa", "bb"),
    ("# A\n\n| Feature | In scope? |\n|-|-|\n| aa | Yes |\n| bb | No |\n| cc | Out |\n", "aa", "bb|cc"),
    ("# A\n\n| Feature | Included |\n|-|-|\n| aa | ja |\n| bb | nein |\n", "aa", "bb"),
    ("# A\n\n| Feature | MVP |\n|-|-|\n| aa | ✓ |\n| bb | ✗ |\n", "aa", "bb"),
    ("# A\n\n| Feature | v1 | v2 |\n|-|-|-|\n| aa | x | x |\n| bb | | x |\n", "aa", "bb"),
    ("# A\n\n| Feature | Out of scope |\n|-|-|\n| aa | no |\n| bb | yes |\n| cc | |\n", "aa|cc", "bb"),
    ("# A\n\n## Requirements\n\n| ID | Risk | Likelihood |\n|-|-|-|\n| R1 | bb | high |\n\n- R1: aa\n", "aa", "R1: bb; high"),
    ("# A\n\n| Version | Date | Author | Description |\n|-|-|-|-|\n| 0.1 | May | Bob | bb |\n\nIt must aa.\n", "It must aa.", "0.1: 0.1; May; Bob; bb"),
    ("# A\n\n## Requirements\n\n- aa\n\n| Open question | Owner |\n|-|-|\n| bb | Bob |\n", "aa", "bb; Bob"),
    ("# A\n\n## Anforderungen\n\n- aa\n\n| Risiko | Preis |\n|-|-|\n| bb | hoch |\n", "aa", "bb; hoch"),
    ("| Anforderung | Prio |\n|-|-|\n| aa | Muss |\n| bb | Wird nicht umgesetzt |\n| cc | entfällt |\n| dd | Ne sera pas fait |\n| ee | Descartado |\n| ff | ❌ |\n", "aa", "bb|cc|dd|ee|ff|Prio: Muss, Wird nicht umgesetzt, entfällt, Ne sera pas fait, Descartado, ❌"),
    ("| Feature | Status |\n|-|-|\n| aa | Not started |\n| bb | Rejected by Bob |\n| cc | Postponed to v2 |\n| dd | Won't fix |\n| ee | Done |\n", "aa|ee", "bb|cc|dd|Status: Not started, Rejected by Bob, Postponed to v2, Won't fix, Done"),
    ("| Feature | Done |\n|-|-|\n| aa | no |\n", "aa", "Done: no"),
    ("# A\n\n- aa\n- WON'T HAVE - bb\n- (W) cc\n- Groups: not in v1\n- Rats — not now\n- Yak (not MVP)\n- Maybe later: oxen\n", "aa", "WON'T HAVE - bb|(W) cc|Groups: not in v1|Rats — not now|Yak (not MVP)|Maybe later: oxen"),
    ("# A\n\n- aa\n- ❌ bb\n- [-] cc\n- ~dd~\n- ~~ee~~ moved to v2\n✗ ff\n", "aa", "❌ bb|❌ cc|dd|ee moved to v2|✗ ff"),
    ("# A\n\n- aa\n- [Risk] bb\n- Assumption: cc\n- Note: dd\n- Dependency: ee\n- Q: ff\n- Which? (ask Bob)\n- Do we gg? Probably.\n", "aa", "[Risk] bb|Q: ff|Which? (ask Bob)|Do we gg? Probably.|Assumption: cc|Note: dd|Dependency: ee"),
    ("# A\n\n- aa\n- We will not build bb.\n- No need for cc\n- Wir bauen dd nicht\n- Nous ne ferons pas ee\n", "aa", "We will not build bb.|No need for cc|Wir bauen dd nicht|Nous ne ferons pas ee"),
    ("# A\n\n- aa\n- Login - not case sensitive\n- Export: CSV, not PDF\n- Prices: not included in the total\n- Do not disturb: mute\n- Users can see cancelled orders\n", "aa|Login - not case sensitive|Export: CSV, not PDF|Prices: not included in the total|Do not disturb: mute|Users can see cancelled orders", ""),
    ("# A\n\n**Requirements:** aa.\n\n**Risks:** bb.\n\n**Open questions:** cc\n", "Requirements: aa.", "Risks: bb.|Open questions: cc"),
    ("# A\n\n{/* - bb */}\n%% - cc %%\n<template>\n- dd\n</template>\n<div hidden>\n\n- ee\n\n</div>\n<%-- ff --%>\n\n- aa\n", "aa", "- bb|- cc|- dd|- ee|ff"),
    ("# A\n\n## Requirements\n\n- aa bb\n- Cows will not be supported.\n- The app will not support cats.\n- Dogs → phase 2\n- The app will not store card numbers\n- Not more than 3 clicks\n", "aa bb|The app will not store card numbers|Not more than 3 clicks", "Cows will not be supported.|The app will not support cats.|Dogs → phase 2"),
    ("# A\n\n~~bb~~\n\n- aa\n", "aa", "bb"),
    ("# A\n\n| Feature | Comment |\n|-|-|\n| aa | fast |\n| bb | not in v1 |\n\n| Do | Don't |\n|-|-|\n| cc | dd |\n\n| Decision | Date |\n|-|-|\n| ee | May |\n", "aa: comment: fast", "bb: comment: not in v1|dd|cc|ee; May"),
]  # fmt: skip


@pytest.mark.parametrize("below", [None, Section.REQUIREMENTS])
def test_headings_that_rule_out_their_section(below: Section | None) -> None:
    headings = EXCLUDING.replace("\n", "|").split("|")
    assert [each for each in headings if section_of(each, below) is not Section.EXCLUDED] == []


def test_features_may_have_the_names_of_other_sections() -> None:
    headings = NAMES_OF_FEATURES.replace("\n", "|").split("|")
    assert [each for each in headings if section_of(each, Section.REQUIREMENTS) is not None] == []


def test_a_heading_that_states_a_requirement_names_no_section() -> None:
    headings = STATEMENTS.replace("\n", "|").split("|")
    assert [each for each in headings if section_of(each) is not None] == []


@pytest.mark.parametrize(("text", "built", "left"), CASES, ids=range(len(CASES)))
def test_what_is_ruled_out_is_listed_and_not_built(text: str, built: str, left: str) -> None:
    brief = read_brief(text, "Untitled")
    assert [each.text for each in brief.requirements] == built.split("|")
    assert [each.text for each in brief.not_used] == list(filter(None, left.split("|")))
