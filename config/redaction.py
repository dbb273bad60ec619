"""Redact passwords in errors, logs, tracebacks and terminal output."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import lru_cache

# Up to the last @ of the word: a password that was not percent-encoded may contain an @ or a slash. Bounded, so that no
# text takes long.
_IN_ADDRESS = re.compile(r"(://[^\s:/?#@\"']{0,200}):[^\s\"'<>]{0,1000}@")
_IN_ASSIGNMENT = re.compile(
    r"((?:password|passwd|secret|token|api_?key|scram_client_key|scram_server_key)\s{0,5}=\s{0,5}\\?[\"']?)[^\s&\"'\\]+",
    re.IGNORECASE,
)
_USER_INFO = re.compile(r"^([\['\"]{0,2}(?:\w{0,20}://)?).*@", re.DOTALL)
_VARIABLE = re.compile(r"(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY)$")
_MIN_SECRET = 8
"""Characters that a secret needs to be searched for. A shorter one may be an ordinary word."""

_read_elsewhere: set[str] = set()
"""Secrets of this process that its environment does not contain: they come from files."""


def redacted(text: str) -> str:
    """Replace every password with `***`: in addresses (`postgresql://me:***@host`), in assignments and URL parameters
    (`password=***`), and secrets of the environment anywhere."""
    if "://" in text:
        text = _IN_ADDRESS.sub(r"\1:***@", text)
    if "=" in text:
        text = _IN_ASSIGNMENT.sub(r"\1***", text)
    for secret in environment_secrets():
        text = text.replace(secret, "***")
    return text


def redacted_value(value: object) -> str:
    """Return the representation of an invalid setting, without whatever may be a user and a password: everything before
    the last @, since the value need not have the form of an address."""
    return redacted(_USER_INFO.sub(r"\1***@", repr(value)))


def redact_also(secrets: Iterable[str]) -> None:
    """From now on, redact these secrets, too, wherever they come from."""
    _read_elsewhere.update(secrets)
    environment_secrets.cache_clear()


@lru_cache(maxsize=1)
def environment_secrets() -> tuple[str, ...]:
    values = {value for name, value in os.environ.items() if _VARIABLE.search(name)} | _read_elsewhere
    return tuple(sorted((value for value in values if len(value) >= _MIN_SECRET), key=len, reverse=True))
