"""Secrets from files, as containers provide them: NAME_FILE is the path of a file with the value of NAME."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from config.redaction import redacted_value
from config.sizes import format_size

MAX_BYTES = 64 * 2**10
"""An address is shorter."""

MIN_SECRET = 16
"""Characters of the shortest key of a provider."""


class SecretFileError(Exception):
    """The file of a setting cannot be used. The message names the variable, and contains nothing of the file."""


def resolve_secret_files(
    variables: Mapping[str, str | None],
    secrets: Collection[str],
    ignored: Collection[str],
    *,
    may_be_empty: bool = False,
) -> tuple[dict[str, str | None], set[str]]:
    """Replace NAME_FILE by NAME, with the content of the file, for each secret. Names of variables are in lower case.

    Returns the variables, without the secrets that are `ignored`, and the names of the secrets among them. With
    `may_be_empty`, an empty file counts as an unset variable.

    Raises:
        SecretFileError: NAME and NAME_FILE are both set, or the file cannot be read or is not one line of text.
    """
    resolved, found = dict(variables), set()
    for secret in secrets:
        name = secret.lower()
        value, file = resolved.pop(name, None), resolved.pop(f"{name}_file", None)
        if secret in ignored or not (value or file):
            continue
        content = _content(f"{secret}_FILE", str(file), may_be_empty) if file else ""
        if value and (content or (file and not may_be_empty)):
            raise SecretFileError(f"{secret} and {secret}_FILE are both set; remove one of them")
        if value or content:
            resolved[name] = value or content
            found.add(secret)
    return resolved, found


def _content(variable: str, file: str, may_be_empty: bool) -> str:
    shown = _shown(file)
    try:
        if Path(file).is_fifo():  # opening one waits for its writer, forever if there is none
            raise SecretFileError(f"{variable}={shown}: it is a pipe, not a file")
        with Path(file).open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
        text = content.decode("utf-8-sig").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SecretFileError(f"{variable}={shown}: the file cannot be read: {reason}") from None
    if len(content) > MAX_BYTES:
        raise SecretFileError(f"{variable}={shown}: the file is larger than {format_size(MAX_BYTES)}")
    if not text and not may_be_empty:
        raise SecretFileError(f"{variable}={shown}: the file is empty")
    if "\n" in text:
        raise SecretFileError(f"{variable}={shown}: the file has more than one line")
    return text


def _shown(file: str) -> str:
    """Return the name of a file for a message. A long name without a folder, of no file, may be the secret itself."""
    is_path = len(file) < MIN_SECRET or "/" in file or os.path.lexists(file)
    return redacted_value(file) if is_path else "'***'"
