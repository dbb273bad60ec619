"""The colours of code: every class has one, and all of them are those of the page."""

from __future__ import annotations

import re
from pathlib import Path

from api.artifacts.rendering.colours import CLASSES

CSS = (Path(__file__).parents[4] / "web/css/code.css").read_text()
RULE = re.compile(
    r"\.rendered (?::is\((?P<many>[^)]*)\)|(?P<one>\.\w+)) \{ color: var\(--code-(?P<colour>[a-z]+)\); \}"
)


def test_every_class_that_comes_out_has_a_colour_of_the_page() -> None:
    lines = CSS.splitlines()[1:]
    rules = [RULE.fullmatch(line) for line in lines]
    assert all(rules), lines
    found = [rule for rule in rules if rule]
    named = [one.strip().removeprefix(".") for rule in found for one in (rule["many"] or rule["one"]).split(",")]
    assert len(named) == len(set(named))
    assert set(named) == CLASSES
    assert {rule["colour"] for rule in found} == {"keyword", "string", "comment", "number", "name", "operator", "error"}
