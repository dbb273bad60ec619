"""The page on security names tests that exist, and every entry of the lists that it goes through."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PAGE = (CHECKOUT / "docs/security.md").read_text()
TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)))


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_a_test_that_is_named_exists(file: str, name: str) -> None:
    assert (CHECKOUT / file).is_file()
    assert not name or re.search(rf"def {name}\(", (CHECKOUT / file).read_text())


def test_every_entry_of_the_lists_has_a_line() -> None:
    for entry in [f"API{number}" for number in range(1, 11)] + [f"V{number}" for number in range(1, 17)]:
        assert len(re.findall(rf"^\| {entry} ", PAGE, re.MULTILINE)) == 1, entry
