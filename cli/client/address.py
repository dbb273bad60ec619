"""Where the API is."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from cli.exits import NoApiError, UsageError
from cli.stack.datadir import DataDir
from cli.stack.state import StackState
from config.settings import SettingsError, get_settings

VARIABLE = "BOTARMY_API_URL"
DEFAULT = "http://127.0.0.1:8000"

Address = Callable[[], str]
"""Gives the API's URL, without a slash at its end. Ask before each connection: a restarted stack may have moved."""


def find(api: str | None, data_dir: Path | None) -> Address:
    """The address that was given, by option or variable; else what the stack of the data directory says.

    Raises:
        UsageError: the given one is no URL of a server, or the settings cannot be read.
        NoApiError: no stack runs on the data directory that was asked for.
    """
    given = api or os.environ.get(VARIABLE)
    if given:
        url = _checked(given)
        return lambda: url
    if data_dir is None:
        try:
            data_dir = get_settings().data_dir
        except SettingsError as error:
            raise UsageError(f"a setting cannot be used: {error}") from None
    elif not DataDir(data_dir).state_file.exists():
        raise NoApiError(f"no stack runs on {data_dir}; start one with: botarmy up --data-dir {data_dir}")
    file = DataDir(data_dir).state_file
    return lambda: _of_stack(file)


def is_loopback(url: str) -> bool:
    """Whether the server is on this machine, so that no proxy stands before it."""
    host = urlsplit(url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
        return address.is_loopback or address.is_unspecified
    except ValueError:
        return host.rstrip(".") == "localhost"


def _of_stack(file: Path) -> str:
    try:
        state = StackState.read(file)
    except (OSError, ValueError, TypeError):
        return DEFAULT
    return state.api.rstrip("/") if state else DEFAULT


def _checked(given: str) -> str:
    url = given if "://" in given else f"http://{given}"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"{given!r} is not an address of an API; one looks like {DEFAULT}")
    return url.rstrip("/")
