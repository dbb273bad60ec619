"""Every setting of every process, read from the environment and `.env`; importing this module reads nothing."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import DirectoryPath, Field, ValidationError
from pydantic.functional_validators import BeforeValidator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class SettingsError(Exception):
    """A setting has a value that cannot be used; the message names it."""


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


CommaSeparated = Annotated[list[str], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    """The settings, each with its unit.

    Temporal's own address, namespace, key and TLS are not here: `temporalio.envconfig` reads TEMPORAL_ADDRESS and its
    siblings, or a `temporal.toml` profile.
    """

    model_config = SettingsConfigDict(
        env_prefix="BOTARMY_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        env_ignore_empty=True,
    )

    database_url: str = Field(
        default="postgresql://botarmy:botarmy@127.0.0.1:5432/botarmy",
        validation_alias="DATABASE_URL",
        pattern=r"^postgres(ql)?(\+psycopg)?://",
        description="PostgreSQL, as a URL.",
    )
    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0",
        validation_alias="REDIS_URL",
        pattern=r"^(rediss?|unix)://",
        description="Redis or Valkey, as a URL; the number at its end does not separate channels, see channel_prefix.",
    )
    channel_prefix: str = Field(default="botarmy", min_length=1, description="First part of every pub/sub channel.")
    task_queue: str = Field(default="botarmy", min_length=1, description="The Temporal task queue of api and worker.")
    temporal_ui_url: str = Field(default="http://127.0.0.1:8233", description="Where people find Temporal's web UI.")

    host: str = Field(default="127.0.0.1", description="Address the API listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the API listens on; 0 asks for a free one.")
    allowed_origins: CommaSeparated = Field(
        default=[], description="Origins, beside the API's own, that browsers may connect from; comma-separated."
    )
    max_body_bytes: int = Field(default=2 * 2**20, ge=1024, description="Largest request body, in bytes.")
    max_brief_bytes: int = Field(default=2**20, ge=1024, description="Largest brief, in bytes of UTF-8.")
    max_artifact_bytes: int = Field(default=16 * 2**20, ge=1024, description="Largest artifact version, in bytes.")
    request_seconds: float = Field(default=60, gt=0, description="Seconds a request may take to arrive.")
    websocket_connections: int = Field(default=1000, ge=1, description="WebSocket connections one api process takes.")
    websocket_queue: int = Field(default=1000, ge=10, description="Frames that may wait for one slow reader.")
    websocket_heartbeat_seconds: float = Field(default=30, gt=0, description="Seconds between heartbeat frames.")
    respond_wait_seconds: float = Field(default=2, ge=0, description="Seconds a response waits for its outcome.")
    pipelines_dir: DirectoryPath | None = Field(
        default=None, description="Folder of your own pipelines; one named as a shipped one takes its place."
    )

    worker_steps: int = Field(default=1000, ge=1, description="Agent steps one worker process runs at once.")
    worker_drain_seconds: float = Field(default=10, ge=0, description="Seconds a stopping worker gives its steps.")
    test_seconds: float = Field(default=30, gt=0, description="Seconds the tests of a package may run in the sandbox.")
    sandbox: Literal["require", "allow-unconfined"] = Field(
        default="require",
        description="Where neither namespaces nor Landlock can confine code that a person or a model wrote: refuse to "
        "run it (require), or run it all the same (allow-unconfined).",
    )
    sweep_seconds: float = Field(default=5, gt=0, description="Seconds between looks for projects not yet started.")
    database_pool: int = Field(default=10, ge=1, description="PostgreSQL connections one process may hold.")

    rehearsal_step_seconds: float = Field(
        default=0, ge=0, le=86400, description="Seconds a rehearsal step takes, unless the brief says otherwise."
    )

    data_dir: Path = Field(default=Path(".botarmy"), description="Where the embedded stack keeps its state.")
    temporal_synchronous: Literal["NORMAL", "FULL"] = Field(
        default="NORMAL", description="SQLite's synchronous mode of the embedded Temporal: FULL survives power cuts."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="Least level logged.")
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="auto: JSON unless the log goes to a terminal."
    )

    @property
    def sqlalchemy_url(self) -> str:
        """The database's URL in SQLAlchemy's spelling, with the psycopg driver."""
        return "postgresql+psycopg://" + self.database_url.split("://", 1)[1]


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Read the settings once a process.

    Raises:
        SettingsError: a value cannot be used; the message names the variable, the value and what is wrong.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            name = str(problem["loc"][0])
            variable = name if name.isupper() else f"BOTARMY_{name.upper()}"
            lines.append(f"{variable}={problem['input']!r}: {problem['msg']}")
        raise SettingsError("\n".join(lines)) from None
