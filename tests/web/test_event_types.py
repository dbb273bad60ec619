"""The page has words, and a kind to filter by, for every event type."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from models.contracts.enums import EventType

(SCRIPT,) = (Path(__file__).parents[2] / "web" / "js").rglob("event-sentence.js")


def keys(name: str) -> set[str]:
    """The keys of a constant of the script that is an object."""
    found = re.search(rf"^const {name} = \{{\n(.*?)^\}};", SCRIPT.read_text(), re.DOTALL | re.MULTILINE)
    assert found, f"{SCRIPT.name} has no {name}"
    return set(re.findall(r"^  (\w+):", found[1], re.MULTILINE))


@pytest.mark.parametrize("name", ["SENTENCES", "KIND_OF"])
def test_the_page_knows_every_event_type(name: str) -> None:
    assert keys(name) == set(EventType)
