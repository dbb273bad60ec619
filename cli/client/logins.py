"""The tokens with which a person signs in at APIs: one for each URL, in a file that only this person can read."""

from __future__ import annotations

import json
import os
from pathlib import Path

from cli.errors import CommandError

TOKEN, TOKEN_FILE = "BOTARMY_TOKEN", "BOTARMY_TOKEN_FILE"


def file() -> Path:
    """Return the file, which may not exist."""
    folder = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111 - may have no home
    return Path(folder) / "botarmy" / "logins.json"


def from_environment() -> str | None:
    """Return the token in the environment, or in the file that it names.

    Raises:
        CommandError: the file cannot be read.
    """
    if token := os.environ.get(TOKEN):
        return token.strip()
    if path := os.environ.get(TOKEN_FILE):
        try:
            return Path(path).read_text().strip() or None
        except OSError as error:
            raise CommandError(f"{TOKEN_FILE}: {path} cannot be read: {error.strerror}") from None
    return None


def find(url: str) -> str | None:
    """Return the token for an API, if there is one."""
    return _read().get(url)


def save(url: str, token: str | None) -> None:
    """Save the token for an API, or forget it if it is None.

    Raises:
        CommandError: the file cannot be written.
    """
    known = _read()
    if token is None:
        known.pop(url, None)
    else:
        known[url] = token
    path = file()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        new.write_text(json.dumps(known, indent=2) + "\n")
        new.replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from None


def _read() -> dict[str, str]:
    try:
        document = json.loads(file().read_text())
    except (OSError, ValueError):
        return {}
    return {str(url): str(token) for url, token in document.items()} if isinstance(document, dict) else {}
