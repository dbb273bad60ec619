"""Invoices, as they are in JSON files. Money is a whole number of cents."""

import json
from dataclasses import dataclass


@dataclass
class Line:
    text: str
    quantity: str
    """As it was written."""
    price: int

    @property
    def amount(self) -> int:
        return int(float(self.quantity)) * self.price


@dataclass
class Invoice:
    number: str
    customer: str
    lines: list[Line]


def load(path: str) -> Invoice:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        content = json.load(file)
    lines = [
        Line(entry["text"], str(entry["quantity"]), round(float(entry["price"]) * 100)) for entry in content["lines"]
    ]
    return Invoice(content["number"], content["customer"], lines)
