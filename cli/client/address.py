"""Finds the API's address."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from shlex import quote

from cli.errors import NoApiError, UsageError
from cli.stack.datadir import DataDir
from cli.stack.state import StackState
from config.addresses import is_http_address
from config.redaction import redacted_value
from config.settings import SettingsError, get_settings

VARIABLE = "BOTARMY_API_URL"
DEFAULT = "http://127.0.0.1:8000"

Address = Callable[[], str]
"""Returns the API's URL without a trailing slash. Call it before each connection: a restarted stack may have moved."""


def find_api(api: str | None, data_dir: Path | None) -> Address:
    """Return the address from the option or the variable, else that of the stack on the data directory.

    Raises:
        UsageError: the address is not a URL, or the settings are invalid.
        NoApiError: no stack runs on the given data directory.
    """
    address = api or os.environ.get(VARIABLE)
    if address:
        url = _normalised(address)
        return lambda: url
    if data_dir is None:
        try:
            data_dir = get_settings().data_dir
        except SettingsError as error:
            raise UsageError("; ".join(error.sentences)) from None
    elif not DataDir(data_dir).state_file.exists():
        raise NoApiError(f"no stack runs on {data_dir}; start one with: botarmy up --data-dir {quote(str(data_dir))}")
    file = DataDir(data_dir).state_file
    return lambda: _of_stack(file)


def _of_stack(file: Path) -> str:
    try:
        state = StackState.read(file)
    except (OSError, ValueError, TypeError):
        return DEFAULT
    return state.api.rstrip("/") if state else DEFAULT


def _normalised(address: str) -> str:
    url = address if "://" in address else f"http://{address}"
    if not is_http_address(url):
        raise UsageError(f"{redacted_value(address)} is not the address of an API; an example is {DEFAULT}")
    return url.rstrip("/")
