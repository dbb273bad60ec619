"""Briefs in many formats: which parts become requirements, and why the others do not."""

# ruff: noqa: E501, RUF001 - texts of many languages, in long lists
from __future__ import annotations

from pathlib import Path

import pytest

from crew.reading.brief import Brief, read_brief
from crew.reading.section_headings import section_of
from crew.reading.sections import Section
from crew.reading.sentences import sentences
from models.contracts.names import BuiltInRole
from tests.crew.rehearsal_under_test import T, assignment, deliver, run

BRIEFS = Path(__file__).parent / "briefs"

# For each file: its title, the labels and first words of its requirements (q: non-functional), the reasons for unused parts.
FILES = {
    "01": (
        "Lending desk",
        "FR-001 A member can borrow|FR-002 A member can return|FR-003 A clerk|q R1 A page|q R2 Works",
        "a column of a table",
    ),
    "02": (
        "Parking tickets",
        "R1 As a driver, I want to pay by phone, so that I need no|R2 As a warden, I want to scan",
        "",
    ),
    "03": ("Bus timetable", "FR1 Passengers can look|FR2 Passengers can be|FR3 Drivers", "a risk|a risk"),
    "04": ("Recipe box", "R1 A cook can save|R2 A cook can scale", "out of scope|out of scope|a question|a goal"),
    "05": ("Choir planner", "R1 Singers|R2 The conductor", "out of scope|out of scope"),
    "06": ("Dog walks", "R1 An owner can book|R2 A walker can see", "a comment|a comment|a comment"),
    "07": ("Room booking for the parish hall", "R1 People can see|R2 People can ask|R3 The warden|R4 Everybody", ""),
    "08": ("Seed exchange", "R1 A gardener can offer|R2 A gardener can ask|R3 Nobody", ""),
    "09": (
        "Ferry bookings",
        "FR-001 Book a crossing: Priority: high. A passenger picks a date and a boat, and gets a number; The number has 6 "
        "digits; A full boat|FR-002 Cancel a crossing: A passenger cancels|FR-003 Load list: The crew",
        "",
    ),
    "10": ("Bee hive scale", "R1 The scale must send|R2 The keeper must get", "a link|a link|a link|a link"),
    "11": ("Clinic diary", "|".join(f"R{n} Staff can" for n in range(1, 10)) + "|R10 Patients can see", ""),
    "12": ("Newsletter", "R1 Readers can subscribe|R2 Readers can unsubscribe", "struck out"),
    "13": ("共享雨伞", "R1 用户可以借|R2 用户可以在|q R3 页面", "out of scope|out of scope|a risk"),
    "14": (
        "Werkzeugverleih",
        "R1 Mitglieder können ein Werkzeug aus|R2 Mitglieder",
        "out of scope|out of scope|a goal",
    ),
    "15": ("Untitled", "R1 Post a lost cat|R2 Mark a cat", "a risk|background"),
    "17": ("Fifty", "|".join(f"R{n} The system can do thing number {n}" for n in range(1, 51)), ""),
    "19": (
        "Water meter",
        "2.1 The app shall read|2.2 The app shall refuse|2.3 The app shall send",
        "background|background",
    ),
    "24": (
        "Untitled",
        "R1 We want a page|R2 They should get a mail the day before, e.g. at 6 p.m. and the|R3 No acc|R4 It must",
        "",
    ),
    "26": ("From the customer's mail", "R1 a list of all keys|R2 who has which key", "a greeting|a greeting"),
}

# A text, its requirements, and its unused parts.
SHAPES = [
    ("# A\n\n## Must have\n- aa bb cc\n## Should have\n- dd\n## Won't have\n- ee\n", "aa bb cc|dd", "ee"),
    ("# A\n\n**Requirements**\n\n- aa\n\n**Won't have**\n\n- bb\n\n**Open questions**\n\n- cc?", "aa", "bb|cc?"),
    ("REQUIREMENTS\n1. aa\n2. bb\n\nOUT OF SCOPE\n1. cc\n\nRISKS\n1. dd\n", "aa|bb", "cc|dd"),
    ("Requirements\n------------\n1) aa\n2) bb\n\nNon-requirements\n----------------\n* cc\n", "aa|bb", "cc"),
    ("h2. Requirements\n\n* aa\n* bb\n\nh2. Out of scope\n\n* cc\n", "aa|bb", "cc"),
    ("== Requirements ==\n* aa\n== Exclusions ==\n* bb\n", "aa", "bb"),
    ("<h2>Requirements</h2><ul><li>aa <b>x</b></li><li>bb</li></ul><h2>Out of scope</h2><ul><li>cc</li></ul>", "aa x|bb", "cc"),
    ("<table><tr><th>Feature</th></tr><tr><td>aa\n bb</td></tr><tr><td>cc</td></tr></table>", "aa bb|cc", ""),
    ("# A\n\n## Features\n\n### Login\nUsers log in.\n\n### Search\n- by name\n- by tag\n", "Login: Users log in.|Search: by name; by tag", ""),
    ("# A\n\n## Requirements\n### Admin\n- can delete every user\n- can see the whole log\n", "Admin can delete every user|Admin can see the whole log", ""),
    ("- Members\n  - can book a class\n  - can cancel a class\n", "Members can book a class|Members can cancel a class", ""),
    ("# A\n\n- The report is printed\n  - as PDF\n  - as CSV\n", "The report is printed; as PDF; as CSV", ""),
    (
        "# A\n## Epic 1: Accounts\n### Story 1.1: Sign up\nAs a visitor I want to sign up.\n\n**Acceptance criteria**\n- a mail is sent\n"
        "### Story 1.2: Sign in\nAs a member I want to sign in.\n",
        "Sign up: As a visitor I want to sign up; a mail is sent|Sign in: As a member I want to sign in.",
        "",
    ),
    ("## User stories\nAs a guest, I want tea.\n\nAs a cook, I want salt.\n\n## Assumptions\nTea is there.", "As a guest, I want tea.|As a cook, I want salt.", ""),
    ("Feature: x\n  Scenario: Pay\n    Given money\n    Then paid\n\n  Scenario: Flee\n    When night\n", "Pay: Given money; Then paid|Flee: When night", "Feature: x"),
    ("# A\n```gherkin\nScenario: Pay\n  Given money\n```\n", "Pay: Given money", ""),
    ("```markdown\n# In\n\n## Requirements\n- aa\n```\n", "aa", ""),
    ("# A\n\n- aa\n\n```sh\n- not this\n```\n", "aa", "- not this"),
    ("# S\n## 1 Introduction\n### 1.2 Scope\nIt.\n## 3 Requirements\n### 3.1 Functional requirements\n#### 3.1.1 Gauge\nThe system shall gauge.\n## 4 Appendix\nx y\n", "Gauge: The system shall gauge.", "x y"),
    ("REQ-1 The app must start.\nREQ-2 The app must stop.\nAlways.\nREQ-3: It saves.\n", "The app must start.|The app must stop. Always.|It saves.", ""),
    ("# A\n## Requirements\n- [R1] aa\n- R2: bb\n- US-3 – cc\n- UTF-8 files are read\n", "aa|bb|cc|UTF-8 files are read", ""),
    ("| Feature | Priority | Status |\n|-|-|-|\n| aa | Must | |\n| bb | Won't | |\n| cc | Should | dropped |\n| d \\| e | Could | done |\n", "aa|d ¦ e", "bb|cc|Priority: Must, Won't, Should, Could|Status: dropped, done"),
    ("# A\n## Requirements\n| ID | Requirement | Criteria |\n|-|-|-|\n| X-1 | aa | x<br>y |\n| X-2 | ~~bb~~ | |\n", "aa: x y", "bb"),
    ("| Stakeholder | Role |\n|-|-|\n| Ada | boss |\n\n# A\n\n- aa bb\n", "aa bb", "Ada: role: boss"),
    ("# A\n\n- aa\n- what about bb?\n- [docs](https://example.org)\n- https://example.org\n- Out of scope: cc\n- dd (phase 2)\n- (later) ee\n- TBD\n- <fill in>\n", "aa", "what about bb?|docs|https://example.org|Out of scope: cc|dd (phase 2)|(later) ee|TBD|<fill in>"),
    ("# A\n- aa ~~bb~~ cc\n- <del>dd</del>\n- [ ] ~~ee~~\n- ~~ff~~: dropped\n", "aa cc", "bb|dd|ee|ff : dropped"),
    ("# A\n[//]: # (aa)\n- bb\n\n<!-- cc", "bb", "aa|cc"),
    ("# A\n\n`<!-- not a comment -->` stays.\n\n- bb `<!-- x -->`\n", "bb <!-- x -->", ""),
    ("We need aa. It must do bb, e.g. cc. Version 2.5 of dd. Dr. Smith tests. Does it? Out of scope is ee.", "We need aa.|It must do bb, e.g. cc.|Version 2.5 of dd.|Dr. Smith tests.", "Does it?|Out of scope is ee."),
    ("- aa\n- bb\n\nNot included: cc.\n\nOpen: dd?\n", "aa|bb", "Not included: cc.|Open: dd?"),
    ("Features: aa, bb.\n\nNot in scope: cc.\n", "Features: aa, bb.", "Not in scope: cc."),
    ("# A\n\nWhat I want:\n- aa\n\nWhat I don't want:\n- bb\n", "aa", "bb"),
    ("# A\n## Requirements\nThe app must aa.\n\nSome words.\n\n- bb\n", "The app must aa.|bb", "Some words."),
    ("# A\n## Constraints\n- aa\n## Features\n- bb\n", "bb|aa", ""),
    ("# A\n## In scope\n- aa\n## Dependencies\n- bb\n## Success metrics\n- cc\n## Timeline\n- dd\n", "aa", "bb|cc|dd"),
    ("# A\n## Requirements\n### Notes\n- notes can be written\n### Users\n- users can be added\n## Notes\n- on a train\n", "notes can be written|users can be added", "on a train"),
    ("# Ziele und Nicht-Ziele\n## Ziele\n- aa\n## Nicht-Ziele\n- bb\n", "aa", "bb"),
    ("Objet : x\nFonctionnalités :\n- aa\n- bb\nHors périmètre :\n- cc\nQuestions ouvertes :\n- dd\n", "aa|bb", "cc|dd"),
    ("# Tienda\n## Requisitos funcionales\n- aa\n## Requisitos no funcionales\n- bb\n## Fuera de alcance\n- cc\n", "aa|bb", "cc"),
    ("# Loja\n## Funcionalidades\n- aa\n## Fora do escopo\n- bb\n", "aa", "bb"),
    ("# Negozio\n## Requisiti\n- aa\n## Fuori ambito\n- bb\n", "aa", "bb"),
    ("# Winkel\n## Eisen\n- aa\n## Buiten scope\n- bb\n", "aa", "bb"),
    ("# Sklep\n## Wymagania\n- aa\n## Poza zakresem\n- bb\n", "aa", "bb"),
    ("# Лавка\n## Требования\n- aa\n## Вне рамок проекта\n- bb\n## Риски\n- cc\n", "aa", "bb|cc"),
    ("# アプリ\n## 機能要件\n- aa\n## 非機能要件\n- bb\n## 対象外\n- cc\n", "aa|bb", "cc"),
    ("# 앱\n## 요구사항\n- aa\n## 범위 외\n- bb\n", "aa", "bb"),
    ("# 需求\n一、用户可以登录\n二、用户可以退出\n", "用户可以登录|用户可以退出", ""),
    ("1. ログインできる。\n2、検索できる。\n（3）削除できる。\n", "ログインできる。|検索できる。|削除できる。", ""),
    ("# متجر\n## المتطلبات\n- aa\n## خارج النطاق\n- bb\n", "aa", "bb"),
    ("a) aa\nb) bb\n", "aa|bb", ""),
    ("a. aa\nb. bb\n", "aa|bb", ""),
    ("What we need:\n▪ aa\n◦ bb\n– cc\n\uf0b7\tdd\no\tee\n☐ ff\n✅ gg\n", "aa|bb|cc|dd|ee|ff|gg", ""),
    ("\u200b\xa0\xa0# A\r\n\r\n\xa0• aa\r• bb", "aa|bb", ""),
    ("Requirements:\n\n    - aa\n    - bb\n", "aa|bb", ""),
    ("\t# A\n\n\t- aa\n", "aa", ""),
    ("+++\ntitle = 'X'\n+++\n- aa\n", "aa", ""),
    ("# A\n## Requirements\nTerm\n: what it is\n\n- bb\n", "Term: what it is|bb", ""),
    ("# A\n\n## Ideas\n- aa\n\n## Backlog\n- bb\n\n## Features\n- cc\n", "cc", "aa|bb"),
    ("# A\n\n## Risk management features\n- aa\n## Risks and mitigations\n- bb\n", "aa", "bb"),
    ("# A\n## FR-1: aa (out of scope)\nbb\n## FR-2: cc\n", "cc", "FR-1: aa (out of scope)|bb"),
]  # fmt: skip


def _texts(brief: Brief) -> list[str]:
    return [each.text for each in brief.requirements]


@pytest.mark.parametrize("number", FILES)
def test_a_brief_is_read_as_its_author_meant_it(number: str) -> None:
    (file,) = BRIEFS.glob(f"{number}-*")
    title, built, reasons = FILES[number]

    brief = read_brief(file.read_text(), "Untitled")

    assert brief.title == title
    found = [f"{'q ' if each.quality else ''}{each.label} {each.text}" for each in brief.requirements]
    assert len(found) == len(built.split("|")), found
    for shown, start in zip(found, built.split("|"), strict=True):
        assert shown.startswith(start)
    assert [each.reason for each in brief.not_used] == list(filter(None, reasons.split("|")))


def test_requirements_and_unused_parts_of_briefs_in_many_formats() -> None:
    wrong = []
    for text, built, left in SHAPES:
        brief = read_brief(text, "Untitled")
        want = [text.replace("¦", "|") for text in built.split("|")]
        if _texts(brief) != want or [each.text for each in brief.not_used] != list(filter(None, left.split("|"))):
            wrong.append((text, _texts(brief), [each.text for each in brief.not_used]))
    assert wrong == []


def test_a_heading_names_the_kind_of_its_section() -> None:
    for heading, section in {
        "3.2 Functional requirements": Section.REQUIREMENTS,
        "IV. Non-functional Requirements": Section.QUALITY,
        "Goals and non-goals": None,
        "Features (phase 2)": Section.EXCLUDED,
        "Won’t have (this time)": Section.EXCLUDED,
        "Risk register": Section.RISKS,
        "Order history": None,
        "Revision history": Section.CONTEXT,
        "§ 4 Anforderungen": Section.REQUIREMENTS,
        "Acceptance criteria": Section.CRITERIA,
        "x" * 500: None,
    }.items():
        assert section_of(heading) is section, heading


def test_a_full_stop_in_an_abbreviation_does_not_end_a_sentence() -> None:
    text = "At 6 p.m. It rings, z. B. laut. See fig. 3 at example.org. J. Doe agrees! 可以。好。"
    assert list(sentences(text)) == [
        "At 6 p.m.", "It rings, z. B. laut.", "See fig. 3 at example.org.", "J. Doe agrees!", "可以。", "好。"
    ]  # fmt: skip


async def test_plan_and_specification_list_unused_parts_and_the_note_counts_them() -> None:
    brief = "# A\n\n## Requirements\n\n- FR-7: aa\n- bb\n\n## Out of scope\n\n- R9: cc | dd\n\n## Risks\n\n- ee\n- ff\n"
    drafts = await deliver(brief, "build")
    for type in (T.PROJECT_PLAN, T.SOFTWARE_SPECIFICATION):
        text = drafts[type].content.decode()
        assert "## Not used" in text
        assert "- out of scope: R9: cc \\| dd" in text
    assert "R9" not in drafts[T.SOURCE_CODE].content.decode()
    assert "fr_7__aa" in drafts[T.SOURCE_CODE].content.decode()

    outcome = await run(assignment(BuiltInRole.ANALYST, "discovery", T.PROJECT_PLAN, brief=brief))
    assert outcome.note == (
        'Not used from the brief: 3 parts, listed in the plan under "Not used": out of scope, a risk (2).'
    )
    outcome = await run(assignment(BuiltInRole.ANALYST, "discovery", T.PROJECT_PLAN, brief="# A\n\n- aa\n"))
    assert outcome.note is None


def test_nothing_is_dropped_silently() -> None:
    long = "a word and " * 200 + "the end"
    brief = read_brief(f"# A\n\n{long}\n\n## Requirements\n\n- {long}\n- short one\n", "Untitled")
    assert _texts(brief) == [long, "short one"]
    assert brief.summary == long
    many = "# A\n\n" + "".join(f"- thing number {number}\n" for number in range(51))
    assert [each.text for each in read_brief(many, "Untitled").not_used] == ["thing number 50"]
