"""The values of settings that are lists, prices, models and URLs: how they are written, and which are valid."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_network
from math import isfinite
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints
from pydantic.functional_validators import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

from config.hosts import HostError, host_of, is_loopback_host

MAX_MODELS = 8
"""In order, each of which is asked when the one before it fails."""

ALL_MODELS = "*"
"""The key of what holds for all models that are not named."""

Value = TypeVar("Value")


def of_model(values: Mapping[str, Value], model: str) -> Value | None:
    """Return what is set for a model `provider:model`, or for all models."""
    return values.get(model, values.get(ALL_MODELS))


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _prices(value: object) -> object:
    """Read `provider:model=INPUT/OUTPUT,...`."""
    if not isinstance(value, str):
        return value
    prices = {}
    for part in filter(None, (each.strip() for each in value.split(","))):
        model, _, price = part.rpartition("=")
        try:
            given, returned = map(float, price.split("/"))
        except ValueError:
            raise ValueError("should be provider:model=INPUT/OUTPUT, such as openai:mine=0.5/1.5") from None
        if not model or not all(isfinite(each) and each >= 0 for each in (given, returned)):
            raise ValueError("should be provider:model=INPUT/OUTPUT, with prices that are numbers and not negative")
        prices[model] = (given, returned)
    return prices


_AMOUNT = r"(?P<number>\d+(\.\d+)?)\s*(usd|\$|tok|tokens|ktok|mtok|s|m|min|h|d)?"


def _check_budget(value: object) -> object:
    """Accept what `models.contracts.budget` reads. A number alone is US dollars."""
    text = str(value).strip().lower() if isinstance(value, str | int | float) else ""
    found = [re.fullmatch(_AMOUNT, part.strip()) for part in text.split(",")]
    if all(part and 0 < float(part["number"]) <= 1e9 for part in found):
        return text
    raise ValueError("should be an amount above 0 with its unit, such as 5usd, or several, such as 5usd,500ktok,2h")


def _check_models(names: str) -> str:
    models = [name.strip() for name in names.split(",")]
    if len(models) <= MAX_MODELS and all(re.fullmatch(r"[a-z][a-z0-9_-]*:\S{1,200}", name) for name in models):
        return ",".join(models)
    raise ValueError("should be provider:model, such as openai:gpt-5; several, at most 8, are separated by commas")


def _by_model(value: object) -> object:
    """Read `VALUE` for all models, and `provider:model=VALUE` for one, separated by commas."""
    if isinstance(value, Mapping):
        return value
    pairs = [part.strip().rpartition("=") for part in str(value).split(",") if part.strip()]
    return {model or ALL_MODELS: each for model, _, each in pairs}


def _check_url(url: str) -> str:
    """Accept only what anyone may see, since the API shows its URLs to everyone."""
    parts = urlsplit(url)
    with suppress(HostError):
        host_of(parts.netloc)  # without a user and a password
        if parts.scheme in ("http", "https") and not parts.query and not parts.fragment:
            return url
    raise ValueError("should be a URL such as https://botarmy.example, without user name, password and parameters")


def _check_urls(urls: list[str]) -> list[str]:
    return [_check_url(url) for url in urls]


def _check_issuer(url: str) -> str:
    _check_url(url)
    if not is_secure_url(url):
        raise ValueError("should be an https URL; http is for this machine only")
    return url


def _check_networks(networks: list[str]) -> list[str]:
    try:
        return [str(ip_network(each, strict=False)) for each in networks]
    except ValueError:
        raise ValueError("should be IP addresses or networks, such as 10.0.0.0/8") from None


def is_secure_url(url: str) -> bool:
    """Return whether nobody between here and the server can read or change what is sent."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback_host(parts.hostname or ""))


def _group_roles(value: object) -> object:
    """Read `GROUP=ROLE,...`."""
    if not isinstance(value, str):
        return value
    pairs = [part.strip().rpartition("=") for part in value.split(",") if part.strip()]
    if not all(group for group, _, _ in pairs):
        raise ValueError("should be GROUP=ROLE, such as platform-team=operator; several are separated by commas")
    return [(group, role) for group, _, role in pairs]


CommaSeparated = Annotated[list[str], NoDecode, BeforeValidator(_split)]
Networks = Annotated[CommaSeparated, AfterValidator(_check_networks)]
BudgetText = Annotated[str, BeforeValidator(_check_budget)]
"""What may be used, as `models.contracts.budget` reads it."""

ModelReferences = Annotated[str, AfterValidator(_check_models)]
ModelTools = Annotated[dict[str, Literal["native", "json"]], NoDecode, BeforeValidator(_by_model)]
ModelTokens = Annotated[dict[str, Annotated[int, Field(ge=2048)]], NoDecode, BeforeValidator(_by_model)]
ModelPrices = Annotated[dict[str, tuple[float, float]], NoDecode, BeforeValidator(_prices)]
"""US dollars for a million tokens, given and returned, by model."""

SigningSeed = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", to_lower=True)]
"""The seed of an Ed25519 key."""

InstanceRole = Literal["viewer", "operator", "approver", "admin", "auditor"]
GroupRoles = Annotated[list[tuple[str, InstanceRole]], NoDecode, BeforeValidator(_group_roles)]
"""Roles in all projects, by the group of an identity provider that has them."""

IssuerUrl = Annotated[str, AfterValidator(_check_issuer)]

PublicUrl = Annotated[str, AfterValidator(_check_url)]
PublicUrls = Annotated[CommaSeparated, AfterValidator(_check_urls)]
