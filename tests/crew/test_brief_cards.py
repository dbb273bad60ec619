"""Story cards, scenarios, tables of names and values, and markers of open questions."""

# ruff: noqa: E501 - texts of briefs, in long lists
from __future__ import annotations

import pytest

from crew.reading.brief import read_brief

# A text, its requirements, and its unused parts.
CASES = [
    ("# A\n\n**Title:** Offer\n**As a** cook\n**I want** to aa\n**So that** I bb\n\n**Priority:** Must\n\n---\n\n**Title:** Sell\n**As a** cook\n**I want** to cc\n\n**Priority:** Won't\n", "Title: Offer|As a cook I want to aa So that I bb", "Priority: Won't|Title: Sell|As a cook I want to cc|Priority: Must"),
    ("# A\n\nTitle: Take\nAs a cook\nI want to aa\nStatus: Rejected\n\nTitle: Give\nAs a cook\nI want to bb\nStatus: Approved\n", "Title: Give|As a cook I want to bb", "Title: Take As a cook I want to aa Status: Rejected|Status: Approved"),
    ("Titel: Leihen\nAls Koch\nmöchte ich aa\nPriorität: Entfällt\n\nTitel: Geben\nAls Koch\nmöchte ich bb\n", "Titel: Geben|Als Koch möchte ich bb", "Titel: Leihen Als Koch möchte ich aa Priorität: Entfällt"),
    ("Given a member\nWhen she borrows a drill\nThen it is hers\n\nGegeben sei ein Koch\nWenn er kocht\nDann isst er\n", "Given a member; When she borrows a drill; Then it is hers|Gegeben sei ein Koch; Wenn er kocht; Dann isst er", ""),
    ("Feature: Pay\n\n  Example: Cash\n    Given money\n    Then change\n\n  Szenariogrundriss: Karte\n    Wenn <n>\n", "Cash: Given money; Then change|Karte: Wenn <n>", ""),
    ("# A\n\nExample: a clerk prints.\n\nIt must print.\n\n- aa\n", "It must print.|aa", ""),
    ("# A\n\n| FR-1 | aa aa |\n| --- | --- |\n| FR-2 | bb bb |\n", "aa aa|bb bb", ""),
    ("| Field | Value |\n|-|-|\n| Requirements | aa; bb |\n| Out of scope | cc |\n| Risks | dd |\n", "aa; bb", "cc|dd"),
    ("| Feature | Description |\n|-|-|\n| Goals | aa aa |\n| Risks | bb bb |\n", "Goals: aa aa|Risks: bb bb", ""),
    ("# A\n\n## Functional requirements\n\n- FR-1: It MUST log in via [NEEDS CLARIFICATION: not specified - SSO?]\n- FR-2: It MUST keep data for [NEEDS CLARIFICATION: not specified]\n", "It MUST log in via [NEEDS CLARIFICATION: not specified - SSO?]|It MUST keep data for [NEEDS CLARIFICATION: not specified]", ""),
    ("# A\n\n[![CI](https://a/b.svg)](https://a)\n\nWords of us.\n\n## Features\n\n- aa\n\n## License\n\nMIT\n", "aa", "CI|MIT"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "built", "left"), CASES, ids=range(len(CASES)))
def test_cards_and_tables(text: str, built: str, left: str) -> None:
    brief = read_brief(text, "Untitled")
    assert [each.text for each in brief.requirements] == built.split("|")
    assert [each.text for each in brief.not_used] == list(filter(None, left.split("|")))


def test_a_badge_is_no_summary() -> None:
    assert (
        read_brief("# A\n\n[![CI](https://a/b.svg)](https://a)\n\nWords of us.\n\n- aa\n", "A").summary
        == "Words of us."
    )
