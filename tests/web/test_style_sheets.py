"""A view's style sheet stays once it is loaded, so what it says of a class holds in every view that is opened later."""

from __future__ import annotations

import re
from collections import defaultdict

from tests.checkout import CHECKOUT

EVERYWHERE = {"tokens.css", "base.css", "controls.css", "shell.css", "touch.css", "print.css"}
"""Loaded with the page, for all views."""
ELEMENTS = {"artifact-page", "diff-scroll", "feed-scroll", "rendered"}
"""Parts of an element that several views hold; two sheets style the same thing."""


def test_no_two_views_have_a_class_of_the_same_name() -> None:
    sheets: dict[str, set[str]] = defaultdict(set)
    for sheet in (CHECKOUT / "web" / "css").glob("*.css"):
        if sheet.name in EVERYWHERE:
            continue
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        for selectors in re.findall(r"([^{}]+)\{", text):
            for selector in () if "@" in selectors else selectors.split(","):
                first = re.split(r"[\s>+~]", selector.strip())[0]
                for name in re.findall(r"\.([a-z][\w-]*)", first):
                    sheets[name].add(sheet.name)
    assert {name: found for name, found in sheets.items() if len(found) > 1 and name not in ELEMENTS} == {}
