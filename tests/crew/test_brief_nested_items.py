"""Nested items, and sentences of one item: each is built or listed by its own words."""

# ruff: noqa: E501 - texts of briefs, in long lists
from __future__ import annotations

import pytest

from crew.reading.brief import read_brief

REPORT = "The report can be exported every evening"
# The words of a nested item that is not built, the words that are listed, and the reason.
UNUSED = [
    ("as CSV (not in v1)", "as CSV (not in v1)", "out of scope"),
    ("(later) as CSV", "(later) as CSV", "out of scope"),
    ("as CSV \u2014 not now", "as CSV \u2014 not now", "out of scope"),
    ("Out of scope: CSV", "Out of scope: CSV", "out of scope"),
    ("CSV is out of scope", "CSV is out of scope", "out of scope"),
    ("We will not build CSV", "We will not build CSV", "out of scope"),
    ("\u274c CSV", "\u274c CSV", "out of scope"),
    ("[-] CSV", "\u274c CSV", "out of scope"),
    ("~~as CSV~~", "as CSV", "struck out"),
    ("~~as CSV~~ (dropped)", "as CSV (dropped)", "struck out"),
    ("Risk: CSV is big", "Risk: CSV is big", "a risk"),
    ("as CSV?", "as CSV?", "a question"),
    ("Q: as CSV", "Q: as CSV", "a question"),
    ("TBD", "TBD", "a placeholder"),
    ("<fill in>", "<fill in>", "a placeholder"),
    ("[CSV](https://example.org)", "CSV", "a link"),
    ("Out of scope:\n{}  - as CSV", "Out of scope: as CSV", "out of scope"),
]  # fmt: skip

# A text, its requirements, and its unused parts.
CASES = [
    (f"- {REPORT}\n  - as ~~HTML~~ XML\n  - by mail", f"{REPORT}; as XML; by mail", "HTML"),
    (f"- {REPORT}\n  - as PDF. CSV is out of scope.\n  - by mail. To whom?", f"{REPORT}; as PDF.; by mail.", "CSV is out of scope.|To whom?"),
    ("- Members\n  - can book a class\n  - can book a horse (not in v1)\n", "Members can book a class", "can book a horse (not in v1)"),
    ("- The page never shows\n  - the names of members\n  - the prices of goods\n", "The page never shows the names of members|The page never shows the prices of goods", ""),
    ("- Users can\n  - \u274c pay with a card\n  - FR-2: pay with a coin\n", "Users can pay with a coin", "\u274c pay with a card"),
    ("- Members can pay\n  - Risk: the bank is slow\n  - Note: only euros\n  - Acceptance criteria:\n    - a receipt is mailed\n    - refunds (later)\n", "Members can pay; Note: only euros; Acceptance criteria: a receipt is mailed", "Risk: the bank is slow|refunds (later)"),
    ("Users can log in\nUsers can pay (not in v1)\nUsers can print\n", "Users can log in|Users can print", "Users can pay (not in v1)"),
    ("- Export it\n  - Status: rejected\n- aa\n", "aa", "Export it; Status: rejected"),
    ("- Export it\n  - not in v1\n- aa\n", "aa", "Export it; not in v1"),
    ("- Which formats do we need?\n  - PDF\n  - CSV\n- aa\n", "aa", "Which formats do we need?; PDF; CSV"),
    ("- TBD\n  - aa bb cc\n", "aa bb cc", "TBD"),
    ("- Export as PDF. CSV is out of scope.\n- Import. Which size?\n", "Export as PDF.|Import.", "CSV is out of scope.|Which size?"),
    ("- Export it. It is out of scope.\n- Import it. (later)\n- Print it. Not in v1.\n- aa\n", "aa", "Export it. It is out of scope.|Import it. (later)|Print it. Not in v1."),
    ("- Export (not in v1)\n\n  More words.\n- aa\n", "aa", "Export (not in v1) More words."),
    ("## Requirements\n\nThe app exports CSV (not in v1). It prints.\n", "It prints.", "The app exports CSV (not in v1)."),
    ("### FR-1: Book\n\nBy phone. Which boats? Fax is out of scope.\n\n- by mail\n- Telex is out of scope\n- by whom?\n", "Book: By phone; by mail", "Which boats?|Fax is out of scope.|Telex is out of scope|by whom?"),
    ("### FR-1: Book\n\naa.\n\n**Status:** rejected\n\nbb.\n\n### FR-2: Pay\n\ncc.\n", "Pay: cc.", "FR-1: Book: aa.|**Status:** rejected|bb."),
    ("### FR-1: Book\n\n**Priority:** Won't have\n**Owner:** Bob\n\naa.\n\n### FR-2: Pay\n\ncc.\n", "Pay: cc.", "FR-1: Book|**Priority:** Won't have **Owner:** Bob|aa."),
    ("## Requirements\n\nFR-1: Do we need aa?\nFR-2: bb.\n\n### FR-3: Should we cc?\n\ndd\n", "bb.", "FR-1: Do we need aa?|FR-3: Should we cc?|dd"),
    ("## Requirements\n\n### FR-1: Payments are out of scope\n\naa\n\n### FR-2: bb\n", "bb", "FR-1: Payments are out of scope|aa"),
    ("### FR-1: Book\n\n| Rule |\n|-|\n| aa |\n| bb is out of scope |\n| cc? |\n", "Book: aa", "bb is out of scope|cc?"),
]  # fmt: skip


@pytest.mark.parametrize("depth", [2, 3])
@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize(("words", "listed", "reason"), UNUSED)
def test_a_nested_item_that_is_not_built_is_listed(words: str, listed: str, reason: str, at: int, depth: int) -> None:
    indent = "  " * (depth - 1)
    nested = ["as PDF", "by mail"]
    nested.insert(at, words.replace("{}", indent))
    between = "  - in the office\n" if depth == 3 else ""
    text = f"# A\n\n- {REPORT}\n{between}" + "".join(f"{indent}- {each}\n" for each in nested) + "- aa\n"

    brief = read_brief(text, "Untitled")

    place = "; in the office" if depth == 3 else ""
    assert [each.text for each in brief.requirements] == [f"{REPORT}{place}; as PDF; by mail", "aa"]
    assert [(each.reason, each.text) for each in brief.not_used] == [(reason, listed)]


@pytest.mark.parametrize(("text", "built", "left"), CASES, ids=range(len(CASES)))
def test_what_an_entry_rules_out_itself_is_listed(text: str, built: str, left: str) -> None:
    brief = read_brief(f"# A\n\n{text}", "Untitled")
    assert [each.text for each in brief.requirements] == built.split("|")
    assert sorted(each.text for each in brief.not_used) == sorted(filter(None, left.replace("**", "").split("|")))
