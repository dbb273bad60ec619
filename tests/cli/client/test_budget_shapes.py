"""What the terminal says of a budget."""

from __future__ import annotations

import pytest

from cli.client.budget_shapes import BudgetView
from models.contracts.budget import Amounts, Limits


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(), "1.20 USD, no limit"),
        (Limits(usd=2), "1.20 USD of 2.00 USD"),
        (Limits(usd=2, tokens=500), "1.20 USD of 2.00 USD, 300 tokens of 500 tokens"),
        (Limits(tokens=500), "1.20 USD, 300 tokens of 500 tokens"),
        (Limits(seconds=60), "1.20 USD, 0:00:09 h of 0:01:00 h"),
    ],
)
def test_the_dollars_are_said_whatever_is_limited(limits: Limits, said: str) -> None:
    spent = Amounts(usd=1.2, tokens=300, seconds=9)
    assert BudgetView(kind="project", limits=limits, spent=spent).describe() == said
