"""Keys, removed by value from whatever a provider or a model says back to us."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

REDACTED = "[key]"

MIN_IN_RESPONSE = 16
"""Characters of a key that is looked for in responses. A shorter one is a word that a self-hosted server accepts, such
as `ollama`, and code may contain it."""


def secrets_in(environment: Mapping[str, str], keys: Iterable[str]) -> tuple[str, ...]:
    """Return the values of the variables `keys`, and the passwords in addresses of servers, the longest first."""
    found = {environment.get(name, "") for name in keys}
    for name, value in environment.items():
        if name.endswith(("_BASE_URL", "_ENDPOINT")):
            with suppress(ValueError):
                found.add(urlsplit(value).password or "")
    return tuple(sorted(filter(None, found), key=len, reverse=True))


def redact_keys(text: str, secrets: Iterable[str]) -> str:
    """Return a text without the keys."""
    for secret in secrets:
        text = text.replace(secret, REDACTED)
    return text


def redacted_response(body: bytes, secrets: Sequence[str]) -> bytes:
    """Return a response as JSON without the keys."""
    for secret in secrets:
        if len(secret) >= MIN_IN_RESPONSE:
            body = body.replace(json.dumps(secret)[1:-1].encode(), REDACTED.encode())
    return body
