"""Passwords on the wire. They are in no answer."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from api.shapes.shape import Shape
from models.contracts.contract import StrictContract

MIN_PASSWORD, MAX_PASSWORD = 12, 256
"""Characters."""


def _normalize(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain NUL characters")
    return unicodedata.normalize("NFC", text)


Login = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=255),
    AfterValidator(_normalize),
]
"""The name that a person signs in with, in any case."""

Password = Annotated[str, StringConstraints(min_length=1, max_length=MAX_PASSWORD), AfterValidator(_normalize)]
NewPassword = Annotated[
    str,
    StringConstraints(min_length=MIN_PASSWORD, max_length=MAX_PASSWORD),
    AfterValidator(_normalize),
    Field(description=f"{MIN_PASSWORD} characters at least."),
]


class SignInMethods(Shape):
    """The ways to sign in."""

    password: bool
    provider: str | None = Field(description="The host of the identity provider, at `/auth/oidc`; null without one.")


class LogIn(StrictContract):
    """A name and a password."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"login": "ana", "password": "correct horse battery staple"}]}
    )

    login: Login
    password: Password


class PasswordUpdate(StrictContract):
    """One's own password, and the one to replace it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"current": "correct horse battery staple", "password": "a longer one than the first"}]
        }
    )

    current: Password
    password: NewPassword


class AccountUpdate(StrictContract):
    """How a person signs in with a password."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"login": "ana", "password": "correct horse battery staple"}]}
    )

    login: Login
    password: NewPassword
