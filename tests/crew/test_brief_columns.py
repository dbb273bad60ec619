"""Each cell of a table of requirements is built, or listed by its column, or decides what is built."""

# ruff: noqa: E501 - tables, in a long list
from __future__ import annotations

import pytest

from crew.reading.brief import read_brief

# A table, its requirements with labels, and its unused parts.
CASES = [
    ("| ID | Feature | Priority | Owner | Status |\n|-|-|-|-|-|\n| FR-1 | aa | High | Ann | Open |\n| FR-2 | bb | Won't | Ann | Open |\n| FR-3 | cc | Low | Bob | Cut |\n| FR-4 | dd | Low | Bob | agreed with the board in May |\n",
     "FR-1 aa|FR-4 dd: status: agreed with the board in May", "FR-2: bb|FR-3: cc|Priority: High (FR-1), Won't (FR-2), Low (FR-3, FR-4)|Owner: Ann (FR-1, FR-2), Bob (FR-3, FR-4)|Status: Open (FR-1, FR-2), Cut (FR-3)"),
    ("| ID | Feature | Done |\n|-|-|-|\n| LOGIN | aa | x |\n| 2 | bb | |\n", "R1 aa|R2 bb", "ID: LOGIN|Done: x"),
    ("| As a | I want to | So that | Acceptance criteria | Priority |\n|-|-|-|-|-|\n| guest | look | I join | in 2 s | M |\n| guest | pay | I join | | W |\n",
     "R1 As a guest, I want to look, so that I join; acceptance criteria: in 2 s", "As a guest, I want to pay, so that I join|Priority: M, W"),
    ("| Feature | MVP | v2 |\n|-|-|-|\n| aa | basic list only | x |\n| bb | - | x |\n| cc | x | |\n", "R1 aa: mvp: basic list only|R2 cc", "bb"),
    ("| Area | Topic | In scope | Out of scope |\n|-|-|-|-|\n| aa | bb | cc | dd |\n", "R1 aa: bb: cc", "aa: bb: dd"),
    ("| Feature | Owner |\n|-|-|\n| aa bb | Ann |\n| ~~cc dd~~ | Bob |\n", "R1 aa bb", "cc dd|Owner: Ann, Bob"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "built", "left"), CASES, ids=range(len(CASES)))
def test_no_cell_is_lost(text: str, built: str, left: str) -> None:
    brief = read_brief(f"# A\n\n{text}", "Untitled")
    assert [f"{each.label} {each.text}" for each in brief.requirements] == built.split("|")
    assert [each.text for each in brief.not_used] == left.split("|")
