"""Finds the API's address, and the token that its stack or a person has for it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from urllib.parse import urlsplit

from cli.client import logins
from cli.errors import NoApiError, UsageError
from cli.stack.datadir import DataDir
from cli.stack.state import StackState
from config.addresses import is_http_address
from config.outbound import is_loopback
from config.redaction import redacted_value
from config.settings import SettingsError, get_settings

VARIABLE = "BOTARMY_API_URL"
DEFAULT = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the API is. Call it before each connection: a restarted stack may have moved.

    `fixed` is the URL that was given, else it is that of the stack on the data directory. `token` replaces every other.
    """

    fixed: str | None
    data: DataDir | None = None
    token: str | None = None

    def __call__(self) -> str:
        """Return the API's URL without a trailing slash."""
        return self.fixed or self._of_stack() or DEFAULT

    def headers(self) -> dict[str, str]:
        """Return the headers that sign in at this API: with the token in the environment, the one of `botarmy login`,
        or that of the stack here. A token is sent only to the API that it is for."""
        url = self()
        token = self.token or logins.from_environment() or logins.find(url) or self._token_of_stack(url)
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _of_stack(self) -> str | None:
        try:
            state = StackState.read(self.data.state_file) if self.data else None
        except (OSError, ValueError, TypeError):
            return None
        return state.api.rstrip("/") if state else None

    def _token_of_stack(self, url: str) -> str | None:
        own = self._of_stack()
        if self.data is None or own is None or not is_loopback(url) or urlsplit(own).port != urlsplit(url).port:
            return None
        # Of a stack that has ended, the port may be anybody's by now.
        return self.data.read_token() if self.data.is_held() else None


def find_api(api: str | None, data_dir: Path | None) -> Address:
    """Return the address from the option or the variable, else that of the stack on the data directory.

    Raises:
        UsageError: the address is not a URL, or the settings are invalid.
        NoApiError: no stack runs on the given data directory.
    """
    address = api or os.environ.get(VARIABLE)
    fixed = _normalised(address) if address else None
    if data_dir is None:
        try:
            data_dir = get_settings().data_dir
        except SettingsError as error:
            if fixed is None:
                raise UsageError("; ".join(error.sentences)) from None
    elif fixed is None and not DataDir(data_dir).state_file.exists():
        raise NoApiError(f"no stack runs on {data_dir}; start one with: botarmy up --data-dir {quote(str(data_dir))}")
    return Address(fixed, DataDir(data_dir) if data_dir else None)


def _normalised(address: str) -> str:
    url = address if "://" in address else f"http://{address}"
    if not is_http_address(url):
        raise UsageError(f"{redacted_value(address)} is not the address of an API; an example is {DEFAULT}")
    return url.rstrip("/")
