"""No password in what people read: errors, logs, tracebacks, the terminal."""

from __future__ import annotations

import os
import re
from functools import lru_cache

# Up to the last @ of the word: a password that was not percent-encoded may have one in it, or a slash. Bounded, so that
# no text takes long.
_IN_ADDRESS = re.compile(r"(://[^\s:/?#@\"']{0,200}):[^\s\"'<>]{0,1000}@")
_IN_ASSIGNMENT = re.compile(
    r"((?:password|passwd|secret|token|api_?key|scram_client_key|scram_server_key)\s{0,5}=\s{0,5}\\?[\"']?)[^\s&\"'\\]+",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY)$")
_SHORTEST = 8
"""Characters of a secret that is looked for by itself; a shorter one may be a word."""


def redacted(text: str) -> str:
    """The text with `***` in place of every password: in addresses (`postgresql://me:***@host`), in assignments and URL
    parameters (`password=***`), and of the secrets in the environment wherever they stand."""
    if "://" in text:
        text = _IN_ADDRESS.sub(r"\1:***@", text)
    if "=" in text:
        text = _IN_ASSIGNMENT.sub(r"\1***", text)
    for secret in _in_the_environment():
        text = text.replace(secret, "***")
    return text


@lru_cache(maxsize=1)
def _in_the_environment() -> tuple[str, ...]:
    values = (value for name, value in os.environ.items() if _VARIABLE.search(name))
    return tuple(sorted((value for value in values if len(value) >= _SHORTEST), key=len, reverse=True))
