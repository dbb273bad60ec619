"""Paragraphs that lead into a list: they name its section, begin its items, or rule it out."""

# ruff: noqa: E501 - texts of briefs, in long lists
from __future__ import annotations

import pytest

from crew.reading.brief import read_brief

LONG = "The following capabilities, which the sales team asked for in the meeting of May, are explicitly out of scope for the very first version of the product:"

# A lead-in that rules out the list below it.
EXCLUDING = [
    "The following are out of scope for\nthe first version:",
    LONG,
    LONG.replace(", ", ",\n"),
    "We sell tickets. The following are out of scope for the first version of the ticket shop:",
    "The following are not needed:",
    "The following are not needed for now and will be looked at again in the next release:",
    "The following items are out of scope.",
    "We will not build any of these, since nobody has asked for them in the last two years:",
    "The app does not need:",
    "Out of scope for the first\nversion of the app",
    "**Out of scope for the first\nversion of the app**",
    "**Out of scope:**",
    "Out of scope \u2014",
    "Out of scope -",
    "Nice to have (later):",
    "Later, if there is time:",
    "Nicht Teil der ersten Version sind die\nfolgenden Punkte:",
    "Ce que nous ne ferons pas dans la\npremi\u00e8re version:",
]
LISTS = [
    "- bb\n- cc\n",
    "1. bb\n2. cc\n",
    "\u2022 bb\n\u2022 cc\n",
    "- [ ] bb\n- [x] cc\n",
    "| Name | Prio |\n|-|-|\n| bb | 1 |\n| cc | 2 |\n",
]

# A text, its requirements, and its unused parts.
CASES = [
    ("We sell.\n\nIt must work offline. It shall be fast. It offers these reports:\n\n- sales\n- stock\n", "It must work offline.|It shall be fast.|sales|stock", ""),
    ("We sell.\n\nLogin must use SSO with:\n- Google\n- GitHub\n", "Login must use SSO with: Google|Login must use SSO with: GitHub", ""),
    ("We sell.\n\n- aa\n\nAt night the clerk can print:\n- FR-1: bb\n- cc (not in v1)\n", "aa|At night the clerk can print: bb", "cc (not in v1)"),
    ("We sell.\n\nThe page never shows:\n- addresses of members\n", "The page never shows: addresses of members", ""),
    ("We sell.\n\nThe app must keep:\n\n- \u274c bb\n- ~~cc~~\n- dd?\n", "The app must keep:", "\u274c bb|cc|dd?"),
    ("We sell.\n\nIt must print this:\n\n```\nx\n```\n\n- aa\n", "It must print this:|aa", "x"),
    ("We sell.\n\nEach report must show:\n\n| Requirement |\n|-|\n| aa |\n", "Each report must show: aa", ""),
    ("2.1 The app shall export:\n- CSV\n- PDF\n", "The app shall export: CSV; PDF", ""),
    ("FR-1 The app must aa.\nFR-2 The app must export:\n- CSV\n- PDF\n", "The app must aa.|The app must export: CSV; PDF", ""),
    ("FR-1 The app must aa\nFR-2 The app must export:\n- CSV\n", "The app must aa|The app must export: CSV", ""),
    ("## The app must work offline\n\n- Forms are kept until the network returns\n", "The app must work offline: Forms are kept until the network returns", ""),
    ("**The app must work offline**\n\nBecause of tunnels.\n\n- aa\n", "The app must work offline: Because of tunnels; aa", ""),
    ("## Background\n\n### The old system must die\n\nWords.\n\n## Requirements\n\n- aa\n", "aa", "The old system must die"),
    ("We sell.\n\nThe shop must:\n\n1. Sell boats\n   - new ones\n   - used ones (phase 2)\n2. Rent boats\n\nNice to have:\n- Chat\n", "The shop must: Sell boats; new ones|The shop must: Rent boats|Chat", "used ones (phase 2)"),
    (f"We sell.\n\nThe shop must {'really ' * 50}do:\n\n- aa\n- bb\n", f"The shop must {'really ' * 50}do:|aa|bb", ""),
    ("Admin:\n\n- can delete users\n", "Admin can delete users", ""),
    ("Which colours do we need?\n\n- red\n- blue\n\nWhat should it do?\n\n- aa\n", "aa", "Which colours do we need?|red|blue"),
    ("- aa\n- **Out of scope:**\n- bb\n- **In scope:**\n- cc\n\n\n1. dd\n", "aa|cc|dd", "bb"),
    ("- aa\n- Out of scope:\n- bb\n\n## Features\n\n- cc\n", "cc", "bb|aa"),
    ("| Feature | Prio |\n|-|-|\n| aa | 1 |\n| **Out of scope** | |\n| bb | 2 |\n\n| Feature | Prio |\n|-|-|\n| cc | 1 |\n", "aa|cc", "bb|Prio: 1, 2"),
    ("Export\n: each evening\nOut of scope\n: payments\n: ads\n", "Export: each evening", "Out of scope: payments ads"),
    ("\U0001f680 aa\n\U0001f4e6 bb\n\u23f3 cc (later)\n", "aa|bb", "cc (later)"),
    ("\U0001f680 aa\n\u274c bb\n\u26d4 cc\n", "aa", "\u274c bb|\u26d4 cc"),
]  # fmt: skip


@pytest.mark.parametrize("lead_in", EXCLUDING)
def test_a_lead_in_rules_out_the_list_below_it(lead_in: str) -> None:
    for items in LISTS:
        for before in ("- aa\n\n", "- aa\n"):
            brief = read_brief(f"# A\n\n{before}{lead_in}\n\n{items}", "Untitled")
            assert [each.text for each in brief.requirements] in (
                ["aa"],
                ["We sell tickets.", "aa"],
                ["aa We sell tickets."],
            )
            left = [each.text for each in brief.not_used if each.reason == "out of scope"]
            assert left[-2:] == ["bb", "cc"], items


@pytest.mark.parametrize(("text", "built", "left"), CASES, ids=range(len(CASES)))
def test_what_a_lead_in_says_is_kept(text: str, built: str, left: str) -> None:
    brief = read_brief(f"# A\n\n{text}", "Untitled")
    assert [each.text for each in brief.requirements] == built.split("|")
    assert [each.text for each in brief.not_used] == list(filter(None, left.split("|")))
