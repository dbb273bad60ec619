"""The settings of every process, read from the environment and `.env`. Importing this module reads nothing."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from config.addresses import check_postgres, check_redis
from config.env_file import DOTENV, EnvFileError, detect_encoding
from config.hosts import is_loopback_host
from config.rate_limits import ModelLimits
from config.redaction import redacted_value
from config.secret_files import SecretFileError, resolve_secret_files
from config.setting_values import (
    BudgetText,
    CommaSeparated,
    GroupRoles,
    IssuerUrl,
    ModelPrices,
    ModelReferences,
    ModelTokens,
    ModelTools,
    Networks,
    PublicUrl,
    PublicUrls,
    SigningSeed,
)


class SettingsError(Exception):
    """Settings have invalid values. The message has a line for each, which names the setting."""

    @property
    def sentences(self) -> list[str]:
        """What commands print: a line for each setting."""
        return [f"a setting cannot be used: {' '.join(line.split())}" for line in str(self).splitlines()]


class Settings(BaseSettings):
    """The settings, each with its unit. `python -m tests.docs` writes descriptions and defaults to `.env.example` and
    the table in `docs/operations.md`.

    Temporal's own address, namespace, key and TLS are not here: `temporalio.envconfig` reads TEMPORAL_ADDRESS and its
    siblings, or a `temporal.toml` profile.
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

    database_url: str = Field(
        default="postgresql://botarmy:botarmy@127.0.0.1:5432/botarmy",
        validation_alias="DATABASE_URL",
        repr=False,
        description="PostgreSQL, as a URL. libpq parameters such as `?sslmode=require` are used, its variables "
        "(`PGSSLMODE`, ...) are not.",
    )
    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0",
        validation_alias="REDIS_URL",
        repr=False,
        description="Redis or Valkey, as a URL. The database number does not separate installations; "
        "`BOTARMY_CHANNEL_PREFIX` does.",
    )
    channel_prefix: str = Field(default="botarmy", min_length=1, description="Prefix of every pub/sub channel.")
    task_queue: str = Field(
        default="botarmy", min_length=1, description="The Temporal task queue; must be the same for api and worker."
    )
    temporal_ui_url: PublicUrl | None = Field(
        default=None,
        description="URL of Temporal's web UI, for links, which everyone sees: without credentials. `up --temporal-ui` "
        "sets it.",
    )

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on. With another one than loopback, people must sign in.",
    )
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    shared_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="A second port to listen on, which several api processes of one machine share.",
    )
    public_url: PublicUrls = Field(
        default=[],
        description="Comma-separated URLs of the API, in addition to loopback. Requests for other host names get 421.",
    )
    allowed_origins: CommaSeparated = Field(
        default=[], description="Comma-separated origins, in addition to the API's, whose pages may call it."
    )
    auth: Literal["local", "none"] = Field(
        default="local",
        description="`local`: everybody signs in. `none`: everybody who reaches the API may do everything.",
    )
    insecure: bool = Field(
        default=False,
        description="Whether an API without sign-in may listen on another address than loopback. The page then shows a "
        "warning that cannot be closed.",
    )
    admin_token: str | None = Field(
        default=None,
        min_length=32,
        repr=False,
        description="A secret token with which an administrator signs in, the same for each api process. `botarmy up` "
        "creates one.",
    )
    admin_name: str = Field(
        default="admin",
        min_length=1,
        max_length=255,
        description="The name of this administrator in the records. `botarmy up` sets it to the name of its user.",
    )
    requests_per_minute: int = Field(
        default=12_000,
        ge=0,
        description="Requests that a person or a service may make in a minute, and an address without signing in; 0 is "
        "no limit. `BOTARMY_ADMIN_TOKEN` has none.",
    )
    sign_ins_per_minute: int = Field(
        default=30,
        ge=0,
        description="Attempts to sign in that an address may make in a minute, in each of the ways; 0 is no limit.",
    )
    unknown_credentials_per_minute: int = Field(
        default=600,
        ge=0,
        description="Requests that an address may make in a minute with tokens, cookies and tickets that the api "
        "process has not seen yet, valid or not; 0 is no limit.",
    )
    credentials_per_hour: int = Field(
        default=200,
        ge=0,
        description="Tokens and links that a person or a service may create in an hour; 0 is no limit. "
        "`BOTARMY_ADMIN_TOKEN` has none.",
    )
    trusted_proxies: Networks = Field(
        default=[],
        description="Comma-separated addresses and networks of reverse proxies, whose `X-Forwarded-For` and "
        "`X-Forwarded-Proto` are believed.",
    )
    oidc_issuer: IssuerUrl | None = Field(
        default=None,
        description="URL of an OpenID Connect provider at which people sign in, exactly as its tokens name it.",
    )
    oidc_client_id: str | None = Field(default=None, min_length=1, description="The client that it knows BotArmy as.")
    oidc_client_secret: str | None = Field(
        default=None, min_length=1, repr=False, description="The secret of this client; a public one has none."
    )
    oidc_scopes: str = Field(
        default="openid profile", pattern=r"^openid( \S+)*$", description="The scopes to ask it for."
    )
    oidc_groups_claim: str = Field(default="groups", min_length=1, description="The claim with a person's groups.")
    oidc_roles: GroupRoles = Field(
        default=[],
        description="Roles in all projects by group, as GROUP=ROLE, comma-separated. They are taken over whenever the "
        "person signs in.",
    )
    max_body_bytes: int = Field(default=2 * 2**20, ge=1024, description="Largest request body, in bytes.")
    max_brief_bytes: int = Field(default=2**20, ge=1024, description="Largest brief, in bytes of UTF-8.")
    max_artifact_bytes: int = Field(default=16 * 2**20, ge=1024, description="Largest artifact version, in bytes.")
    request_seconds: float = Field(
        default=60, gt=0, description="Seconds within which a request must arrive, headers and body."
    )
    websocket_connections: int = Field(
        default=1000, ge=1, description="WebSocket connections that one api process accepts."
    )
    websockets_per_caller: int = Field(
        default=100,
        ge=1,
        description="WebSocket connections of a person or a service, or of an address without sign-in, that one api "
        "process accepts, and at most half of them all. `BOTARMY_ADMIN_TOKEN` has no such limit.",
    )
    websocket_queue: int = Field(
        default=1000, ge=10, description="Frames that may wait for one slow reader before it is disconnected."
    )
    websocket_heartbeat_seconds: float = Field(default=30, gt=0, description="Seconds between heartbeat frames.")
    respond_wait_seconds: float = Field(
        default=2,
        ge=0,
        description="Seconds that a response to a gate waits for its outcome before the API answers 202.",
    )
    signing_key: SigningSeed | None = Field(
        default=None,
        repr=False,
        description="The key with which the API signs what people decide, as 64 hexadecimal digits; workers need "
        "none. `up` generates one. Without one, each API process uses a key of its own while it runs.",
    )
    pipelines_dir: Path | None = Field(
        default=None,
        description="Folder with more pipelines, which override shipped ones of the same name. Invalid files are "
        "skipped and reported.",
    )

    checkpoint_after: int = Field(
        default=10,
        ge=0,
        description="Gates that may pass without a person before the next one asks, whatever the oversight says; 0 is "
        "never. New projects keep the value that they start with.",
    )

    worker_steps: int = Field(default=1000, ge=1, description="Agent steps that one worker process runs concurrently.")
    worker_drain_seconds: float = Field(
        default=60,
        ge=0,
        description="Seconds that running steps have to finish when a worker stops. They ask no model any more; a call "
        "that takes longer is cut off and booked in full.",
    )
    test_seconds: float = Field(
        default=30,
        gt=0,
        description="Seconds that the unit tests of a package may run in the sandbox, two thirds of them as processor "
        "time; acceptance tests may run four times as long.",
    )
    sandbox: Literal["require", "allow-unconfined"] = Field(
        default="require",
        description="If code by a person or a model cannot be confined: refuse to run it (`require`), or run it "
        "(`allow-unconfined`).",
    )
    sweep_seconds: float = Field(
        default=5,
        gt=0,
        description="Seconds between checks for projects and tasks that were committed but never started.",
    )
    retention_days: float | None = Field(
        default=None,
        gt=0,
        le=36500,
        description="Days after which a project that has ended, and not changed since, is removed for good, with all "
        "that belongs to it, unless it is marked to be kept (`botarmy keep`). Without it, nothing is removed.",
    )
    audit_retention_days: float | None = Field(
        default=None,
        gt=0,
        le=36500,
        description="Days after which an entry of the audit log is removed for good. Without it, all are kept.",
    )
    rehearsal_step_seconds: float = Field(
        default=0, ge=0, le=86400, description="Seconds that a rehearsal step takes, unless the brief sets it."
    )

    model: ModelReferences | None = Field(
        default=None,
        description="The model that new projects ask, as provider:model, such as `openai:gpt-5`; or several, "
        "comma-separated: each is asked if the one before it fails. Without one, projects rehearse.",
    )
    daily_budget: BudgetText = Field(
        default="5usd", description="What all calls of models may use in a day (UTC), such as `5usd,10mtok,8h`."
    )
    project_budget: BudgetText | None = Field(
        default=None, description="What a project may use that has no budget of its own, in the same form."
    )
    model_prices: ModelPrices = Field(
        default={},
        description="Prices of models that are not on the public list, as provider:model=INPUT/OUTPUT, in US dollars "
        "for a million tokens; comma-separated.",
    )
    mcp_servers: Path | None = Field(
        default=None,
        description="A file with `mcpServers` in JSON: MCP servers, whose tools are for roles that list them.",
    )
    model_tools: ModelTools = Field(
        default={},
        description="`json` if the models cannot call tools, and are to be asked for JSON text instead; or only for "
        "some, as provider:model=json, comma-separated.",
    )
    model_seconds: float = Field(default=300, gt=0, le=86400, description="Seconds that a call of a model may take.")
    model_stream: bool = Field(
        default=True,
        description="Whether models are asked to stream their responses while people watch a project. Turn it off for "
        "a server that streams badly.",
    )
    model_wait_seconds: float = Field(
        default=3600,
        gt=0,
        description="Seconds that a step waits while its provider refuses calls because of their rate. Then it asks a "
        "person.",
    )
    model_rpm: int | None = Field(
        default=None,
        ge=1,
        description="Calls a minute that each model may get from all workers together. Others wait for their turn.",
    )
    model_tpm: int | None = Field(
        default=None, ge=1, description="Tokens a minute, given and returned, that the calls of each model may use."
    )
    model_limits: ModelLimits = Field(
        default={},
        description="Limits of single models, as provider:model=LIMIT, such as `openai:gpt-5=500rpm/200ktpm` or "
        "`ollama:mine=unlimited`; comma-separated.",
    )
    model_output_tokens: int = Field(
        default=16_384,
        ge=256,
        description="Tokens of output that one call may have, and that are reserved in the budget before it; at most a "
        "quarter of the context.",
    )
    model_context_tokens: ModelTokens = Field(
        default={},
        description="Tokens of the models' context, if it is not on the public list, such as `32768`; or of some, as "
        "provider:model=TOKENS, comma-separated.",
    )

    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Port on which the worker serves its metrics for Prometheus; 0 serves none. The API serves its own "
        "at `/metrics`.",
    )
    metrics_host: str = Field(
        default="127.0.0.1",
        description="Address on which the worker serves its metrics. On another one than loopback, everyone who "
        "reaches it can read them.",
    )

    trace_content: bool = Field(
        default=False,
        description="Whether exported traces contain prompts, responses, and the arguments and results of tools.",
    )

    database_pool: int = Field(default=10, ge=1, description="PostgreSQL connections that one process may open.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Lowest level that is logged: DEBUG, INFO, WARNING or ERROR."
    )
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="json, console, or auto (JSON unless the log goes to a terminal)."
    )

    data_dir: Path = Field(default=Path(".botarmy"), description="Where `botarmy up` keeps its state.")
    temporal_synchronous: Literal["NORMAL", "FULL"] = Field(
        default="NORMAL",
        description="SQLite's synchronous mode in the embedded Temporal: NORMAL survives crashes, FULL also power "
        "cuts, at half the speed.",
    )

    @property
    def is_exposed(self) -> bool:
        """Whether everybody who reaches this machine may do everything."""
        return self.auth == "none" and not is_loopback_host(self.host)

    @property
    def origins(self) -> list[str]:
        """Origins whose pages may call the API: its public URLs, and the additionally allowed ones."""
        return [*self.public_url, *self.allowed_origins]

    @field_validator("database_url")
    @classmethod
    def _readable_by_libpq(cls, url: str) -> str:
        check_postgres(url)
        return url

    @field_validator("redis_url")
    @classmethod
    def _readable_by_redis(cls, url: str) -> str:
        check_redis(url)
        return url

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
