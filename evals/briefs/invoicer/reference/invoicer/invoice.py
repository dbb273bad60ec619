"""Invoices, as they are in JSON files. Money is a whole number of cents."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from invoicer.rounding import to_cents

_QUANTITY = re.compile(r"[0-9]+(\.[0-9]{1,3})?")
_PRICE = re.compile(r"-?[0-9]+(\.[0-9]{1,2})?")
_PERCENT = re.compile(r"[0-9]{1,2}")


class WrongInvoiceError(ValueError):
    """A file is not an invoice; the message begins with its path."""


@dataclass
class Line:
    text: str
    quantity: str
    """As it was written."""
    price: int
    vat: int | None = None

    @property
    def amount(self) -> int:
        return to_cents(Decimal(self.quantity) * self.price)


@dataclass
class Invoice:
    number: str
    customer: str
    lines: list[Line]
    discount: int = 0

    @property
    def taxed(self) -> bool:
        return any(line.vat is not None for line in self.lines)


def load(path: str) -> Invoice:
    """Return the invoice in a file.

    Raises:
        WrongInvoiceError: there is none, or it is wrong.
    """
    try:
        return _invoice(json.loads(Path(path).read_text(encoding="utf-8"), parse_float=str))
    except (OSError, ValueError, RecursionError) as error:
        raise WrongInvoiceError(f"{path}: {error}") from error


def _invoice(content: Any) -> Invoice:
    fields = _object(content, "the file")
    lines = fields.get("lines")
    if not isinstance(lines, list):
        raise ValueError("lines is not a list")
    discount = _percent(fields, "discount", least=1) or 0
    return Invoice(_text(fields, "number"), _text(fields, "customer"), [_line(each) for each in lines], discount)


def _line(content: Any) -> Line:
    fields = _object(content, "a line")
    quantity = _number(fields, "quantity", _QUANTITY)
    if Decimal(quantity) == 0:
        raise ValueError("quantity is zero")
    price = int(Decimal(_number(fields, "price", _PRICE)) * 100)
    return Line(_text(fields, "text"), quantity, price, _percent(fields, "vat", least=0))


def _object(content: Any, what: str) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise ValueError(f"{what} is not a JSON object")
    return content


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is missing")
    return value


def _number(fields: dict[str, Any], name: str, form: re.Pattern[str]) -> str:
    """Return a number as it was written."""
    value = fields.get(name)
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not form.fullmatch(text):
        raise ValueError(f"{name} is wrong: {value!r}")
    return text


def _percent(fields: dict[str, Any], name: str, least: int) -> int | None:
    if name not in fields:
        return None
    percent = int(_number(fields, name, _PERCENT))
    if percent < least:
        raise ValueError(f"{name} is less than {least}")
    return percent
