"""The settings of the servers that every process uses.

Temporal's own address, namespace, key and TLS are not here: `temporalio.envconfig` reads TEMPORAL_ADDRESS and its
siblings, or a `temporal.toml` profile.
"""

from __future__ import annotations

from pydantic import BaseModel, Field, field_validator

from config.addresses import check_postgres, check_redis
from config.setting_values import PublicUrl


class ServerSettings(BaseModel):
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
