"""The base classes of the wire types, and the kinds of text they carry."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    field_validator,
)


class Contract(BaseModel):
    """A frozen wire type. Unknown fields are ignored, so that processes of two versions can run side by side."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class StrictContract(Contract):
    """What a client of the API sends. An unknown field is an error: it is probably a typing mistake."""

    model_config = ConfigDict(extra="forbid")


def _refuse_boolean(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("should be a number, not true or false")
    return value


def numbers(*fields: str) -> Any:
    """Return a validator that refuses true and false in these fields, which pydantic would take for 1 and 0."""
    return field_validator(*fields, mode="before")(_refuse_boolean)


_FORMATS = {"{\\rtf": "RTF, the format of a word processor", "%PDF-": "PDF"}
"""Those that may consist of ordinary characters only, by what their files start with."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Replace what PostgreSQL and UTF-8 cannot store, NUL characters and lone surrogates, by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def _refuse_nul(text: str) -> str:
    # PostgreSQL's text stores every character except this one.
    if "\x00" in text:
        raise ValueError("must not contain NUL characters")
    return text


def not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def refuse_other_formats(text: str) -> str:
    """Return the text of a brief.

    Raises:
        ValueError: it is a file of another program, rather than text that a person wrote.
    """
    start = text.lstrip("\ufeff").lstrip()
    for mark, format in _FORMATS.items():
        if start.startswith(mark):
            raise ValueError(f"is {format}: save it as plain text or Markdown")
    return text


def _in_utc(moment: datetime) -> datetime:
    # PostgreSQL accepts no offset above 16 hours, and Python no year before 1 or after 9999.
    try:
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        raise ValueError("is not a time between the years 1 and 9999") from None


Moment = Annotated[datetime, AfterValidator(_in_utc)]
"""A moment, converted to UTC. Without a time zone it counts as UTC."""

Text = Annotated[str, AfterValidator(_refuse_nul)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=255),
    AfterValidator(_refuse_nul),
    AfterValidator(not_blank),
]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
Comment = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_refuse_nul), AfterValidator(not_blank)]
"""A person's comment on an artifact, short enough for a Temporal payload."""

ContentHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of an artifact version's content, in hex."""

_TIMEDELTA = TypeAdapter(timedelta)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _duration(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("should be a duration, such as 30m, 4h or 2d, not true or false")
    try:
        if isinstance(value, str) and (match := re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])", value.strip())):
            return timedelta(**{_UNITS[match[2]]: float(match[1])})
        return _TIMEDELTA.validate_python(value)
    except ValidationError:
        raise ValueError("should be a duration, such as 30m, 4h or 2d") from None
    except OverflowError:
        raise ValueError("is too long") from None


Duration = Annotated[timedelta, BeforeValidator(_duration)]
"""A duration. It accepts `90s`, `30m`, `24h` and `7d` in addition to pydantic's formats."""
