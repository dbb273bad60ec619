"""Rate limits of models: how the settings write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic.functional_validators import BeforeValidator
from pydantic_settings import NoDecode

_PART = re.compile(r"(\d{1,9})(rpm|rps|tpm|ktpm|mtpm)")
_TOKENS = {"tpm": 1, "ktpm": 1_000, "mtpm": 1_000_000}
_SHOULD = (
    "should be provider:model=LIMIT, such as openai:gpt-5=500rpm/200ktpm; the units are rpm, rps, tpm, ktpm and mtpm, "
    "or unlimited"
)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What a provider allows: `requests` in `seconds`, and `tokens` a minute. None: no limit, or that of all models."""

    requests: int | None = None
    seconds: float = 60.0
    tokens: int | None = None
    is_unlimited: bool = False

    def or_else(self, other: RateLimit) -> RateLimit:
        """Return this limit, with those of another one where it has none."""
        if self.is_unlimited:
            return self
        requests = self if self.requests is not None else other
        return replace(self, requests=requests.requests, seconds=requests.seconds, tokens=self.tokens or other.tokens)


def _parse(text: str) -> RateLimit:
    limit = RateLimit(is_unlimited=text == "unlimited")
    for part in () if limit.is_unlimited else text.split("/"):
        match = _PART.fullmatch(part.strip().lower())
        if match is None or not int(match[1]):
            raise ValueError(_SHOULD)
        number, unit = int(match[1]), match[2]
        if unit in _TOKENS:
            limit = replace(limit, tokens=number * _TOKENS[unit])
        else:
            limit = replace(limit, requests=number, seconds=60.0 if unit == "rpm" else 1.0)
    return limit


def _limits(value: object) -> object:
    """Read `provider:model=500rpm/200ktpm,...`."""
    if not isinstance(value, str):
        return value
    limits = {}
    for part in filter(None, (each.strip() for each in value.split(","))):
        model, _, limit = part.rpartition("=")
        if not model:
            raise ValueError(_SHOULD)
        limits[model] = _parse(limit)
    return limits


ModelLimits = Annotated[dict[str, RateLimit], NoDecode, BeforeValidator(_limits)]
"""Rate limits by model."""
