"""A card, and how its values are cleaned."""

import re
from dataclasses import dataclass
from datetime import date

MIN_DIGITS = 5

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Card:
    """Clean values; each may be empty."""

    name: str
    email: str
    phone: str
    updated: str

    @property
    def keys(self) -> list[tuple[str, str]]:
        """What makes two cards the same person."""
        return [(kind, value) for kind, value in (("email", self.email), ("phone", self.phone)) if value]


def clean_text(text: str) -> str:
    return " ".join(text.split())


def clean_email(text: str) -> str:
    email = clean_text(text).lower()
    return email if _EMAIL.fullmatch(email) else ""


def clean_phone(text: str, country: str | None) -> str:
    """Return digits, perhaps after a plus. `country` replaces a single zero at the beginning."""
    text = text.strip()
    digits = re.sub(r"[^0-9]", "", text)
    if len(digits) < MIN_DIGITS:
        return ""
    if text.startswith("+"):
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    if digits.startswith("0") and country:
        return f"+{country}{digits[1:]}"
    return digits


def clean_day(text: str) -> str:
    text = text.strip()
    try:
        return date.fromisoformat(text).isoformat() if _DAY.fullmatch(text) else ""
    except ValueError:
        return ""
