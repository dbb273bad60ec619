"""The settings of every process, read from the environment and `.env`. Importing this package reads nothing.

Each module has the settings of one subject, with their units; `Settings` is all of them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from config.env_file import DOTENV, EnvFileError, detect_encoding
from config.hosts import is_loopback_host
from config.redaction import redacted_value
from config.secret_files import SecretFileError, resolve_secret_files
from config.settings.address import AddressSettings
from config.settings.embedded import EmbeddedSettings
from config.settings.models import ModelSettings
from config.settings.process import ProcessSettings
from config.settings.projects import ProjectSettings
from config.settings.requests import RequestSettings
from config.settings.servers import ServerSettings
from config.settings.sign_in import SignInSettings
from config.settings.worker import WorkerSettings


class SettingsError(Exception):
    """Settings have invalid values. The message has a line for each, which names the setting."""

    @property
    def sentences(self) -> list[str]:
        """What commands print: a line for each setting."""
        return [f"a setting cannot be used: {' '.join(line.split())}" for line in str(self).splitlines()]


# Pydantic orders the fields from the last base to the first, and the pages that list them keep this order.
class Settings(
    EmbeddedSettings,
    ProcessSettings,
    ModelSettings,
    WorkerSettings,
    ProjectSettings,
    RequestSettings,
    SignInSettings,
    AddressSettings,
    ServerSettings,
    BaseSettings,
):
    """All settings, in one flat namespace. `python -m tests.docs` copies their descriptions and defaults to
    `.env.example` and the table in `docs/operations.md`.
    """

    model_config = SettingsConfigDict(
        env_prefix="BOTARMY_",
        env_file=DOTENV,
        extra="ignore",
        frozen=True,
        allow_inf_nan=False,
        populate_by_name=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    @property
    def is_exposed(self) -> bool:
        """Whether everybody who reaches this machine may do everything."""
        return self.auth == "none" and not is_loopback_host(self.host)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        secrets = {variable_of(name, field) for name, field in cls.model_fields.items() if not field.repr}
        assert isinstance(env_settings, EnvSettingsSource)
        assert isinstance(dotenv_settings, EnvSettingsSource)
        # Compose mounts the file of this one, whether or not there is an identity provider.
        optional = {"BOTARMY_OIDC_CLIENT_SECRET"}
        env_settings.env_vars, found = resolve_secret_files(env_settings.env_vars, optional, (), may_be_empty=True)
        dotenv_settings.env_vars, _ = resolve_secret_files(dotenv_settings.env_vars, optional, found, may_be_empty=True)
        env_settings.env_vars, found = resolve_secret_files(env_settings.env_vars, secrets, ())
        # The environment takes precedence over `.env` here, too, whichever of NAME and NAME_FILE it sets.
        dotenv_settings.env_vars, _ = resolve_secret_files(dotenv_settings.env_vars, secrets, found)
        return init_settings, env_settings, dotenv_settings


def variable_of(name: str, field: FieldInfo) -> str:
    """Return the environment variable of a setting."""
    return str(field.validation_alias or f"BOTARMY_{name.upper()}")


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Read the settings, once per process.

    Raises:
        SettingsError: a value is invalid. The message names the variable, the value without passwords, and
            the problem.
    """
    try:
        return Settings(_env_file_encoding=detect_encoding())
    except (EnvFileError, SecretFileError) as error:
        raise SettingsError(str(error)) from None
    except ValidationError as error:
        raise SettingsError("\n".join(_describe(dict(problem)) for problem in error.errors())) from None


def _describe(problem: dict[str, Any]) -> str:
    """Describe one invalid value in one line."""
    name, message = str(problem["loc"][0]), str(problem["msg"]).removeprefix("Value error, ")
    fields = {variable_of(name, field): field for name, field in Settings.model_fields.items()}
    variable = name if name in fields else f"BOTARMY_{name.upper()}"
    if variable in fields and not fields[variable].repr:
        return f"{variable}: {message} (its value is not shown, because it may contain a password)"
    return f"{variable}={redacted_value(problem['input'])}: {message}"
