"""Redact passwords in errors, logs, tracebacks and terminal output."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import lru_cache

_SECRET = (
    r"(?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|scram_(?:client|server)_key)"
)
_ANY = rf"(?:{_SECRET}|token)"
_AFTER_COLON = r"\\?[\"']?\s{0,5}:\s{0,5}"
# Up to the mark that opened the value, over escaped characters: \" in JSON, \\\" in JSON within JSON. At each place
# only one alternative fits, so that no text takes long. Not possessive: before Python 3.11.5, such a group may miss.
_QUOTED = r"(?:(?!\2)(?:\\{3}[^\n]|\\(?!\\\\[^\n])[^\n]|[^\\\n])){1,1000}\2"
_QUOTED_WORD = r"(?:(?!\2)(?:\\{3}\S|\\(?!\\\\\S)\S|[^\s\\])){1,1000}\2"
_LETTER_AND_DIGIT = r"(?=[^\s\"',;]{0,100}[a-z])(?=[^\s\"',;]{0,100}[\d!#$%^*+=@~])"

# Every repetition that can fail is bounded, so that no text takes long.
_PATTERNS = tuple(
    (sign, re.compile(pattern, re.IGNORECASE | re.DOTALL), replacement)
    for sign, pattern, replacement in (
        # A private key, whether its lines end in newlines or in \n, and whether or not its end is there.
        (
            "PRIVATE KEY",
            r"(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----).*?(-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)",
            r"\1***\2",
        ),
        # Up to the last @ of the word: a password that was not percent-encoded may contain an @ or a slash.
        ("://", r"(://[^\s:/?#\"']{0,200}):[^\s\"'<>]{0,1000}@", r"\1:***@"),
        (":", r"(authorization\\?[\"']?\s{0,5}:\s{0,5}\\?[\"']?(?:bearer|basic|token)\s{1,5})[^\s\"'\\,;]+", r"\1***"),
        # name='a value', and then name=value or the beginning of a quoted value that does not end.
        ("=", rf"({_ANY}\s{{0,5}}=\s{{0,5}}(\\?[\"'])){_QUOTED}", r"\1***\2"),
        ("=", rf"({_ANY}\s{{0,5}}=\s{{0,5}}\\?[\"']?)(?!\*\*\*)[^\s&\"'\\]+", r"\1***"),
        # "name": "value". A token's has no blanks: the word has other meanings.
        (":", rf"({_SECRET}{_AFTER_COLON}(\\?[\"'])){_QUOTED}", r"\1***\2"),
        (":", rf"(token{_AFTER_COLON}(\\?[\"'])){_QUOTED_WORD}", r"\1***\2"),
        # name: value, unless it may be an ordinary word, a number or a time ("password: required", "token: 350ms").
        (":", rf"({_SECRET}{_AFTER_COLON}){_LETTER_AND_DIGIT}[^\s\"',;]+", r"\1***"),
        (":", rf"(token{_AFTER_COLON}){_LETTER_AND_DIGIT}[^\s\"',;]{{16,}}", r"\1***"),
    )
)
"""What is replaced: a sign without which the pattern cannot match, the pattern, and the replacement."""
_USER_INFO = re.compile(r"^([\['\"]{0,2}(?:\w{0,20}://)?).*@", re.DOTALL)
_VARIABLE = re.compile(r"(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_KEY|ACCESS_KEY|PRIVATE_KEY)$")
_MIN_SECRET = 8
"""Characters that a secret needs to be searched for. A shorter one may be an ordinary word."""

_read_elsewhere: set[str] = set()
"""Secrets of this process that its environment does not contain: they come from files."""


def redacted(text: str) -> str:
    """Replace every password with `***`: in addresses (`postgresql://me:***@host`), after the names of secrets
    (`password=***`, `"api_key": "***"`), in `Authorization` headers and private keys, and secrets of the environment
    anywhere."""
    for sign, pattern, replacement in _PATTERNS:
        if sign in text:
            text = pattern.sub(replacement, text)
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
