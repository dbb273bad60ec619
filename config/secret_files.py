"""Secrets in files, as containers are given them: NAME_FILE names a file that holds what NAME would be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

LARGEST = 64 * 2**10
"""Bytes; an address is shorter."""


class SecretFileError(Exception):
    """A file that a setting names cannot be used; the message names the variable, and nothing of the content."""


def resolve_secret_files(
    variables: Mapping[str, str | None], secrets: Collection[str], ignored: Collection[str]
) -> tuple[dict[str, str | None], set[str]]:
    """The variables (their names in lower case) with the content of each file that a secret's NAME_FILE names in place
    of NAME_FILE, and the secrets that they hold. Those that are `ignored` are left out.

    Raises:
        SecretFileError: NAME and NAME_FILE are both set, or the file cannot be read or is no line of text.
    """
    taken, held = dict(variables), set()
    for secret in secrets:
        name = secret.lower()
        value, file = taken.pop(name, None), taken.pop(f"{name}_file", None)
        if secret in ignored or not (value or file):
            continue
        if value and file:
            raise SecretFileError(f"{secret} and {secret}_FILE are both set; one of them must go")
        taken[name] = value or _content(f"{secret}_FILE", str(file))
        held.add(secret)
    return taken, held


def _content(variable: str, file: str) -> str:
    try:
        with Path(file).open("rb") as opened:
            content = opened.read(LARGEST + 1)
        text = content.decode("utf-8-sig").strip()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise SecretFileError(f"{variable}={file!r}: the file cannot be read: {why}") from None
    if len(content) > LARGEST:
        raise SecretFileError(f"{variable}={file!r}: the file is larger than {LARGEST // 2**10} KiB")
    if not text:
        raise SecretFileError(f"{variable}={file!r}: the file is empty")
    if "\n" in text:
        raise SecretFileError(f"{variable}={file!r}: the file has more than one line")
    return text
