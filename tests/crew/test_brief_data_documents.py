"""A brief that is one JSON or YAML document, and YAML that says too much."""

# ruff: noqa: E501 - texts of briefs, in long lists
from __future__ import annotations

import pytest

from crew.reading.brief import read_brief

# A text, its title, its requirements with labels, and its unused parts.
CASES = [
    ("# By Ann\ntitle: Court\nversion: 1.0\nrequirements:\n  - aa  # ask Bob\n  - id: FR-2\n    text: bb\n    priority: high\n  # - gone\n  - 1.0\nout_of_scope:\n  - cc\nrisks:\n  - dd\nnotes:\n",
     "Court", "R1 aa|FR-2 bb; priority: high|R2 1.0", "By Ann|ask Bob|- gone|cc|dd"),
    ("---\nname: Court\nspec:\n  features:\n    must:\n    - aa\n    wont:\n    - bb\n", "Court", "R1 aa", "bb"),
    ("project: Court\nnon_goals: [bb]\nuser_stories:\n- title: Cancel\n  description: aa aa\n  status: rejected\n- cc: dd\n", "Court", "R1 cc: dd", "bb|❌ Cancel: aa aa; status: rejected"),
    ('[{"id": "FR-1", "text": "aa"}, "bb", {"title": "Pay", "description": "cc cc", "owner": "Ann"}]', "Untitled", "FR-1 aa|R1 bb|R2 Pay: cc cc; owner: Ann", ""),
    ('{"name": "Court", "features": ["aa", null, {}], "out_of_scope": {"later": ["bb"]}}', "Court", "R1 aa", "later|bb"),
    ("requirements:\n  - aa\nrequirements:\n  - bb\n", "Untitled", "R1 aa|R2 bb", ""),
    ("Requirements:\n- aa\n- It must not: bb\n\nOut of scope:\n- cc\n", "Untitled", "R1 aa|R2 It must not: bb", "cc"),
    ("note: this is a letter\n\nWe must aa.\n", "note: this is a letter", "R1 We must aa.", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "title", "built", "left"), CASES, ids=range(len(CASES)))
def test_a_data_document_is_read(text: str, title: str, built: str, left: str) -> None:
    brief = read_brief(text, "Untitled")
    assert brief.title == title
    assert [f"{each.label} {each.text}" for each in brief.requirements] == built.split("|")
    assert [each.text for each in brief.not_used] == list(filter(None, left.split("|")))


@pytest.mark.parametrize("mark", ["---\n", ""])
def test_aliases_that_stand_for_very_much_or_for_themselves_are_not_followed(mark: str) -> None:
    levels = "".join(f"{name}: &{name} [{','.join([f'*{above}'] * 9)}]\n" for above, name in zip("abcdefg", "bcdefgh"))  # noqa: B905
    for yaml in (f"a: &a [x]\n{levels}requirements: *h\n", "a: &a [*a]\nrequirements: *a\n"):
        brief = read_brief(f"{mark}{yaml}{mark}{'It must print.' if mark else ''}\n", "Untitled")
        assert len(brief.requirements) <= 50
        assert not mark or "It must print." in [each.text for each in brief.requirements]
