"""Servers that the environment names: used instead of embedded ones, and never started or stopped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from temporalio.envconfig import ClientConfig, ClientConfigProfile

from cli.stack.component import ComponentError
from cli.stack.temporal import SEARCH_ATTRIBUTES
from config.environment import utf8_environment
from config.postgres import conninfo, explain, is_final
from config.redaction import redacted

ANSWER_SECONDS = 15.0


class ConfigurationError(Exception):
    """What the environment says of a server cannot be used."""


class RefusedError(Exception):
    """A server answers, and will go on to refuse; the message says why, and what to do."""


async def await_answer(name: str, variable: str, ask: Callable[[], Awaitable[None]]) -> None:
    """Return when the server answers.

    Raises:
        ComponentError: it refuses, or did not answer within ANSWER_SECONDS; the message names the variable that holds
            its address, and holds no password.
    """
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            return await asyncio.wait_for(ask(), ANSWER_SECONDS)
        except RefusedError as error:
            raise ComponentError(name, f"refuses at the address in {variable}: {error}") from error
        except Exception as error:
            if time.monotonic() > deadline:
                why = explain(error)
                raise ComponentError(name, f"does not answer at the address in {variable}: {why}") from error
        await asyncio.sleep(0.2)


async def ask_database(url: str) -> None:
    import psycopg

    try:
        async with await psycopg.AsyncConnection.connect(conninfo(url)):
            pass
    except psycopg.Error as error:
        if is_final(error):
            raise RefusedError(explain(error)) from error
        raise


async def ask_redis(url: str) -> None:
    from redis.asyncio import Redis
    from redis.exceptions import AuthenticationError, AuthorizationError, ResponseError

    try:
        async with Redis.from_url(url, socket_timeout=5) as client:
            await client.ping()
    except (AuthenticationError, AuthorizationError, ResponseError) as error:
        raise RefusedError(f"{redacted(str(error))}: check user, password and number in REDIS_URL") from error


def temporal_address() -> str | None:
    """Where Temporal's own client configuration says that the server is, None when it does not say.

    Raises:
        ConfigurationError: the configuration names a file or a profile that cannot be read.
    """
    try:
        return ClientConfigProfile.load(override_env_vars=utf8_environment()).address
    except RuntimeError as error:  # the SDK's ConfigError is one
        said = redacted(" ".join(str(error).split()))
        raise ConfigurationError(f"Temporal's client configuration: {said}") from None


async def ask_temporal() -> None:
    from temporalio.client import Client

    await Client.connect(**ClientConfig.load_client_connect_config(override_env_vars=utf8_environment()))


async def register_search_attributes() -> str | None:
    """Register ours where they are missing; where we may not, return a warning that says what to do."""
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
        wanted = ", ".join(f"{name} ({kind})" for name, kind in SEARCH_ATTRIBUTES.items())
        return f"please register in namespace {client.namespace} the search attributes {wanted}: {error.message}"
    return None
