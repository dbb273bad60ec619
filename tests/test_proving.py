"""The proof is complete: each of its items has a test."""

from __future__ import annotations

import re

from tests.checkout import CHECKOUT
from tests.proving import ITEMS


def test_each_item_of_the_proof_has_a_test() -> None:
    found = [
        int(number)
        for folder in ("faults", "abuse")
        for file in (CHECKOUT / "tests" / folder).glob("test_*.py")
        for number in re.findall(r"^@pytest\.mark\.item\((\d+)\)$", file.read_text(), re.MULTILINE)
    ]
    assert set(found) == set(ITEMS)
