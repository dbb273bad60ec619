"""Briefs in formats other than Markdown lists: numbered plain text, wiki markup, tables of many kinds, front matter."""

# ruff: noqa: E501, RUF001 - texts of many languages, in long lists
from __future__ import annotations

import pytest

from artifacts.file_sets import unpack
from crew.reading.brief import read_brief
from models.contracts.names import BuiltInRole
from tests.crew.rehearsal_under_test import T, assignment, run

# A text, its requirements with labels, and its unused parts.
CASES = [
    ("A\n\n1. Introduction\n\nWords.\n\n2. Requirements\n\n2.1 Booking\n\nIt shall aa.\n\n3. Exclusions\n\n3.1 Freight\n\nbb.\n\n4. Assumptions\n\n4.1 cc.\n", "2.1 Booking: It shall aa.", "3.1 Freight|bb.|4.1: cc."),
    ("A\n\n1. Requirements\n1.1 aa\n1.2 bb\n2. Out of scope\n2.1 cc\n3. Risks\n3.1 dd\n", "1.1 aa|1.2 bb", "2.1: cc|3.1: dd"),
    ("A\n\n1 Requirements\n\n1.1 aa\n\n2 Out of scope\n\n2.1 bb\n", "1.1 aa", "2.1: bb"),
    ("A\n\nI. Background\n\nWords.\n\nII. Requirements\n\nA. aa.\nB. bb.\n\nIII. Out of Scope\n\nA. cc.\nB. dd.\n", "R1 aa.|R2 bb.", "cc.|dd."),
    ("渡轮\n\n一、背景\n我们卖票。\n\n二、功能需求\n1. 预订\n2. 支付\n\n三、不在范围内\n1. 货运\n\n四、风险\n1. 失败\n", "R1 预订|R2 支付", "货运|失败"),
    ("予約\n\n１．はじめに\n　本書。\n\n２．機能要件\n（１）予約\n（２）支払\n\n３．対象外\n（１）貨物\n", "R1 予約|R2 支払", "貨物"),
    ("# A\n\n## Requirements\n\n1. Search\n2. Notes\n3. Users\n4. Payments features\n", "R1 Search|R2 Notes|R3 Users|R4 Payments features", ""),
    ("# A\n\n1. Introduction ........ 1\n2. Requirements ...... 3\n\n## Requirements\n\n- aa\n", "R1 aa", "1. Introduction ........ 1|2. Requirements ...... 3"),
    ("# Requirements Document\n\n## Introduction\n\nWords.\n\n## Functional requirements\n\n- aa\n\n## Appendix\n\nbb\n", "R1 aa", "bb"),
    ("# Software Requirements Specification\n\n## 1. Introduction\n### 1.2 Scope\nbb.\n## 2. Overall description\n- cc\n## 3. Specific requirements\n### 3.1 Book\nIt shall aa.\n", "3.1 Book: It shall aa.", "cc"),
    ("# A\n\n## Requirements\n\n### The system shall aa\n\n### The user can bb\n\n### As a clerk, I want cc\n- dd\n", "R1 The system shall aa|R2 The user can bb|R3 As a clerk, I want cc: dd", ""),
    ("# A\n## Book aa\n## Pay bb\n", "R1 Book aa|R2 Pay bb", ""),
    ("# A\n\n## Features\n\n- aa\n\n## Out of scope\n\n### bb\n\n## Later\n\n### FR-9 cc\n\n## dd\n", "R1 aa", "bb|FR-9 cc|dd"),
    ("h1. A\n\nh2. Requirements\n\n# aa\n# bb\n** cc\n\nh2. Out of scope\n\n* dd\n\n||ID||Risk||\n|R1|ee|\n", "R1 aa|R2 bb; cc", "dd|R1: ee"),
    ("= A =\n== Requirements ==\n# aa\n{| class=x\n! ID !! Text\n|-\n| FR-1 || bb\n|}\n", "R1 aa|FR-1 bb", ""),
    ("= A\n\n== Requirements\n\n* aa\n\n|===\n|ID |Text\n\n|FR-1 |bb\n|===\n", "R1 aa|FR-1 bb", ""),
    ("* A\n** Requirements\n*** aa\n*** bb\n** Out of scope\n*** cc\n", "R1 aa|R2 bb", "cc"),
    ("# A\n\n+----+-------------+\n| ID | Requirement |\n+----+-------------+\n| FR-1 | aa |\n|      | bb |\n| FR-2 | cc |\n+----+-------------+\n", "FR-1 aa bb|FR-2 cc", ""),
    ("# A\n\n+----+-------------+\n| ID | Requirement |\n+====+=============+\n| FR-1 | aa |\n+----+-------------+\n| FR-2 | cc |\n|  | dd |\n+----+-------------+\n", "FR-1 aa|FR-2 cc dd", ""),
    ("A\n=\n\n====  ===========\nID    Requirement\n====  ===========\nFR-1  aa\nFR-2  bb\n====  ===========\n", "FR-1 aa|FR-2 bb", ""),
    ("# A\n\n| FR-1 | aa |\n| FR-2 | bb |\n", "FR-1 aa|FR-2 bb", ""),
    ("A\n\nID\tRequirement\tPriority\nFR-1\taa\tHigh\nFR-2\tbb\tLow\n", "FR-1 aa|FR-2 bb", "Priority: High (FR-1), Low (FR-2)"),
    ("ID,Requirement,Priority\nFR-1,\"aa, bb\",High\nFR-2,cc,Won't\n", "FR-1 aa, bb", "FR-2: cc|Priority: High (FR-1), Won't (FR-2)"),
    ("# A\n\n## Requirements\n\n- FR1 aa\n- FR-2 bb\n- UTF-8 cc\n", "FR1 aa|FR-2 bb|R1 UTF-8 cc", ""),
    ("# A\n\n## Requirements\n\n- aa\n\n  ```json\n  {}\n  ```\n", "R1 aa", "{}"),
    ("---\ntitle: B\nrequirements:\n  - aa\n  - bb\nnon_goals:\n  - cc\n---\nWords of the company.\n", "R1 aa|R2 bb", "cc"),
    ("Requirements: aa\nOut of scope: bb\n", "R1 Requirements: aa", "Out of scope: bb"),
    ("# A\n\n## Requirements\n\n-aa\n-bb\n  -cc\n\n1.dd\n2)ee\n\n*ff\n*gg\n", "R1 aa|R2 bb; cc|R3 dd|R4 ee|R5 ff|R6 gg", ""),
    ("# A\n\nIt is -5 degrees.\n-v aa\n*note*\n*bb* is cc\n", "R1 It is -5 degrees.|R2 -v aa note bb is cc", ""),
    ("# A\n\nFR-1: aa\nRISK-1: bb\nOOS-2: cc\n\n- NOTE-1: dd\n- W1: ee\n- RISK-2: ff\n\n| ID | Text |\n|--|--|\n| FR-2 | gg |\n| RISK-3 | hh |\n", "FR-1 aa|W1 ee|FR-2 gg", "RISK-1: bb|OOS-2: cc|RISK-2: ff|RISK-3: hh|NOTE-1: dd"),
    ('{"title": "B", "prd": {"requirements": ["aa", {"id": "FR-2", "text": "bb"}], "out_of_scope": ["cc"]}, "author": "Somebody of ours"}', "R1 aa|FR-2 bb", "cc|Somebody of ours"),
    ('{"requirements": [' + "[" * 30 + "]" * 31 + "}", "R1 Untitled", '{"requirements": [' + "[" * 30 + "]" * 31 + "}"),
    ("# A\n\nID | Requirement\nFR-1 | aa\nFR-2 | bb\n", "FR-1 aa|FR-2 bb", ""),
    ("# A\n\n## Requirements\n\n| ID | Requirement | Priority |\n| --- | --- | --- |\n| FR-1 | aa | High |\n| FR-2 | bb | Won't |\n", "FR-1 aa", "FR-2: bb|Priority: High (FR-1), Won't (FR-2)"),
    ("# A\n\n| ID | Requirement |\n| :-- | ---: |\n| FR-1 | aa |\n| FR-2 | bb |\n", "FR-1 aa|FR-2 bb", ""),
    ("# A\n\n## Booking\n- Members can aa\n- Members can bb\n\n## Non-functional requirements\n- cc\n", "R1 Members can aa|R2 Members can bb|R3 cc", ""),
    ("# A\n\n## Requirements\n\n| Requirement | Preconditions |\n| --- | --- |\n| Members can aa | None |\n| Members can bb | Nothing |\n", "R1 Members can aa: preconditions: None|R2 Members can bb: preconditions: Nothing", ""),
    ("# A\n\n## Requirements\n\n<table><tr><th>ID</th><th>Text</th><th>Status</th></tr><tr><td><p>B-1</p></td><td><p>aa</p></td><td><p>Agreed</p></td></tr><tr><td><p>B-2</p></td><td><ul><li>bb</li></ul></td><td><p>Rejected</p></td></tr></table>\n", "B-1 aa", "B-2: bb|Status: Agreed (B-1), Rejected (B-2)"),
    ("# A\n\n## Requirements\n\n| No. | Feature |\n| --- | --- |\n| 1 | Members can aa |\n| 2 | Members can bb |\n", "R1 Members can aa|R2 Members can bb", ""),
    ("# A\n\n## 機能要件\n\n・予約\n・支払\n", "R1 予約|R2 支払", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "built", "left"), CASES, ids=range(len(CASES)))
def test_a_format_is_read(text: str, built: str, left: str) -> None:
    brief = read_brief(text, "Untitled")
    assert [f"{each.label} {each.text}" for each in brief.requirements] == built.split("|")
    assert [each.text for each in brief.not_used] == list(filter(None, left.split("|")))


def test_the_only_first_heading_is_the_title_and_that_of_the_front_matter_comes_before_a_sentence() -> None:
    assert read_brief("# Requirements\n\n## Goals\n\n- aa\n\n## Features\n\n- bb\n", "x").title == "Requirements"
    assert read_brief("# Not just another ferry\n\n- aa\n", "x").title == "Not just another ferry"
    assert read_brief("---\ntitle: Ferry\n---\nWe sell tickets.\n", "x").title == "Ferry"
    assert read_brief("---\ntitle: Ferry\n---\n# Boats\n\n- aa\n", "x").title == "Boats"


async def test_a_brief_without_requirements_says_so() -> None:
    outcome = await run(
        assignment(BuiltInRole.ANALYST, "discovery", T.PROJECT_PLAN, brief="# A\n\n## Out of scope\n\n- bb\n")
    )
    assert outcome.note is not None
    assert outcome.note.startswith("No requirement was found in the brief")
    assert "No requirement was found" in outcome.drafts[0].content.decode()


async def test_two_labels_never_share_a_module() -> None:
    brief = "# A\n\n## Requirements\n\n- FR-1: 1 click booking\n- FR-1.1: click booking\n"
    outcome = await run(assignment(BuiltInRole.CODER, "build", T.SOURCE_CODE, brief=brief))
    assert len([path for path in unpack(outcome.drafts[0].content) if path.startswith("tests/test_")]) == 2
