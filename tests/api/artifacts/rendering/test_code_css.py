"""The style sheet of highlighted code: every class has a colour that the page defines."""

from __future__ import annotations

import re
from pathlib import Path

from api.artifacts.rendering.highlighting import CLASSES

CSS = (Path(__file__).parents[4] / "web/css/code.css").read_text()
RULE = re.compile(
    r"\.rendered (?::is\((?P<many>[^)]*)\)|(?P<one>\.\w+)) \{ color: var\(--code-(?P<colour>[a-z]+)\); \}"
)


def test_every_class_of_the_renderer_has_a_colour() -> None:
    lines = CSS.splitlines()[1:]
    rules = [RULE.fullmatch(line) for line in lines]
    assert all(rules), lines
    found = [rule for rule in rules if rule]
    named = [name.strip().removeprefix(".") for rule in found for name in (rule["many"] or rule["one"]).split(",")]
    assert len(named) == len(set(named))
    assert set(named) == CLASSES
    assert {rule["colour"] for rule in found} == {"keyword", "string", "comment", "number", "name", "operator", "error"}
