"""Passwords on the wire, which are in no answer, and audited events."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from api.errors import InvalidValueError
from api.problem_codes import ProblemCode
from api.shapes.shape import Shape
from models.contracts.contract import Moment, StrictContract
from models.contracts.identity import AuthEventKind
from store.identity.auth_events import AuditedEvent

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


def _check_length(password: str) -> str:
    if len(password) < MIN_PASSWORD:
        detail = f"Choose a password of {MIN_PASSWORD} characters or more."
        raise InvalidValueError(detail, ProblemCode.WEAK_PASSWORD)
    if len(password) > MAX_PASSWORD:
        raise ValueError(f"Choose a password of {MAX_PASSWORD} characters at most.")
    return password


NewPassword = Annotated[
    str,
    AfterValidator(_normalize),
    AfterValidator(_check_length),
    Field(
        description=f"{MIN_PASSWORD} characters at least.",
        json_schema_extra={"minLength": MIN_PASSWORD, "maxLength": MAX_PASSWORD},
    ),
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


class AuthEventPublic(Shape):
    """One audited fact. It contains no secret."""

    event_id: UUID
    kind: AuthEventKind
    actor: str = Field(description="Who did it.")
    actor_id: UUID | None = Field(
        default=None, description="The id of who did it, if that one had signed in: others may have the same name."
    )
    principal_id: UUID | None = Field(description="To whom, or to whose sessions and tokens.")
    name: str | None = Field(description="The name of this person or service.")
    address: str | None
    data: dict[str, Any]
    created_at: Moment

    @classmethod
    def of(cls, event: AuditedEvent) -> Self:
        return cls(event_id=event.id, **{name: value for name, value in asdict(event).items() if name != "id"})
