"""The keys and addresses of model providers, in the variables that their own tools read. They are never set in the
environment of sandboxed code, which gets a new one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

from dotenv import dotenv_values

from config.addresses import is_http_address
from config.env_file import DOTENV, EnvFileError, detect_encoding
from config.redaction import redact_also
from config.secret_files import SecretFileError, resolve_secret_files
from config.settings import SettingsError

KEYS = (
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "AZURE_OPENAI_API_KEY",
    "OPENROUTER_API_KEY",
    "OLLAMA_API_KEY",
    "VLLM_API_KEY",
)
"""Secrets. NAME_FILE names a file that contains the value instead; an empty file counts as an unset variable."""

ADDRESSES = (
    "OPENAI_BASE_URL",
    "ANTHROPIC_BASE_URL",
    "AZURE_OPENAI_ENDPOINT",
    "OPENAI_API_VERSION",
    "OLLAMA_BASE_URL",
    "VLLM_BASE_URL",
)

KEY_VARIABLES = frozenset(each for name in KEYS for each in (name, f"{name}_FILE"))
"""The variables that hold a key, or name its file."""


_KEY = re.compile(r"[!#-&(-~]+")
"""What a key consists of: the characters of an HTTP header's token, without blanks and quotation marks."""

_NAMES = {name.lower(): name for name in (*KEYS, *ADDRESSES)}


def provider_variables() -> dict[str, str]:
    """Return the variables that are set and not empty. The environment takes precedence over `.env`.

    Raises:
        SettingsError: `.env` or the file of a key cannot be used; the message contains nothing of a key.
    """
    try:
        encoding = detect_encoding()
        written = dotenv_values(DOTENV, encoding=encoding) if DOTENV.is_file() else {}
        environment, found = resolve_secret_files(_lower(os.environ), KEYS, (), may_be_empty=True)
        in_file, _ = resolve_secret_files(_lower(written), KEYS, found, may_be_empty=True)
    except (EnvFileError, SecretFileError) as error:
        raise SettingsError(str(error)) from None
    variables = {
        name: value for lower, name in _NAMES.items() if (value := environment.get(lower) or in_file.get(lower))
    }
    redact_also(variables[name] for name in KEYS if name in variables)
    return variables


def without_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without the keys, for processes that ask no model."""
    return {name: value for name, value in environment.items() if name.upper() not in KEY_VARIABLES}


def check_keys(variables: Mapping[str, str], names: Iterable[str]) -> None:
    """Check that the named variables can be keys, if they are set. A provider that is not used may have any.

    Raises:
        SettingsError: one cannot; the message contains nothing of it.
    """
    for name in names:
        if (value := variables.get(name)) and not _KEY.fullmatch(value):
            raise SettingsError(f"{name}: {_not_a_key(value)}: copy the key again.")


def check_address(variables: Mapping[str, str], name: str) -> None:
    """Check that the named variable can be a server's address, if it is set.

    Raises:
        SettingsError: it cannot; the message contains nothing of it, as there may be a password in it.
    """
    if (value := variables.get(name)) and not is_http_address(value):
        raise SettingsError(f"{name} should be an address such as http://127.0.0.1:11434/v1.")


def _not_a_key(value: str) -> str:
    """Return what is wrong with a key, and nothing of it."""
    if len(value.splitlines()) > 1:
        return "it has more than one line"
    if any(each.isspace() for each in value):
        return "there is a blank in it"
    if set(value) & set("\"'\u2018\u2019\u201c\u201d\u00ab\u00bb"):
        return "there are quotation marks in it"
    return "it has a character that is not ASCII, or that cannot be seen"


def _lower(variables: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the variables with names in lower case and values without surrounding white space."""
    return {name.lower(): value and value.strip() for name, value in variables.items()}
