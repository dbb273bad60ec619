"""The settings of who may use the API: sign-in, limits of its use, and the identity provider."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from config.setting_values import GroupRoles, IssuerUrl, Networks


class SignInSettings(BaseModel):
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
