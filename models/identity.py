"""The tables of who uses BotArmy: people and services, their roles, their sessions and tokens, and what is audited.

Secrets are stored as their SHA-256. They have 256 random bits, so that a slow hash would add nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from models import tables
from models.columns import json_column, moment_column, text_column


def _hash_column(**options: Any) -> Any:
    return Field(sa_type=LargeBinary, **options)


class Principal(SQLModel, table=True):
    """A person or a service (PrincipalKind). A disabled one cannot sign in, and its name stays in the records."""

    id: UUID = Field(primary_key=True)
    kind: str = text_column()
    name: str = text_column()
    created_at: datetime = moment_column()
    disabled_at: datetime | None = moment_column(default=None)


class Identity(SQLModel, table=True):
    """How an issuer knows a principal: an account of this machine, or of an identity provider. A person may have
    several, and is never found by an email address."""

    issuer: str = Field(primary_key=True, sa_type=Text)
    subject: str = Field(primary_key=True, sa_type=Text)
    principal_id: UUID = Field(foreign_key="principal.id", index=True)
    created_at: datetime = moment_column()


class Account(SQLModel, table=True):
    """How a person signs in with a password. `password_hash` is Argon2id's, with its parameters and its salt."""

    principal_id: UUID = Field(primary_key=True, foreign_key="principal.id")
    login: str = text_column(unique=True)
    password_hash: str = text_column()
    changed_at: datetime = moment_column()


class SignInFailure(SQLModel, table=True):
    """How often a password was wrong for a login from an address, since the last right one. The login is hashed: people
    type their password into the wrong field."""

    __tablename__ = "sign_in_failure"

    login_hash: bytes = _hash_column(primary_key=True)
    address: str = Field(primary_key=True, sa_type=Text)
    failures: int = Field()
    last_at: datetime = moment_column(index=True)


class ProviderSignIn(SQLModel, table=True):
    """A sign-in at an identity provider that has begun, by the hash of its `state`. `browser_hash` is that of a cookie:
    another browser cannot end it."""

    __tablename__ = "provider_sign_in"

    state_hash: bytes = _hash_column(primary_key=True)
    browser_hash: bytes = _hash_column()
    nonce: str = text_column()
    verifier: str = text_column()
    redirect_uri: str = text_column()
    destination: str = text_column()
    expires_at: datetime = moment_column(index=True)


class Membership(SQLModel, table=True):
    """A role (AccessRole) of a principal in a project, or in all of them if `project_id` is NULL."""

    __table_args__ = (
        UniqueConstraint("principal_id", "project_id", "role", postgresql_nulls_not_distinct=True),
        Index("ix_membership_project_id", "project_id", postgresql_where=text("project_id IS NOT NULL")),
    )

    id: UUID = Field(primary_key=True)
    principal_id: UUID = Field(foreign_key="principal.id")
    project_id: UUID | None = Field(default=None, foreign_key="project.id")
    role: str = text_column()
    granted_by: str = text_column()
    granted_at: datetime = moment_column()
    from_groups: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    """Whether an identity provider's groups gave the role, which then ends with them."""


class GroupMember(SQLModel, table=True):
    """A group that a principal belongs to, and its source: the issuer that said so, whose next word replaces it."""

    __tablename__ = "group_member"

    principal_id: UUID = Field(primary_key=True, foreign_key="principal.id")
    source: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)


class Session(SQLModel, table=True):
    """A browser that is signed in, known by the hash of its cookie. `last_seen_at` is a minute late at most, and counts
    what its person does, not what an open page does. It ends with the token whose link started it (`token_id`), and
    with the rights of another person who created the link (`granted_by`)."""

    __table_args__ = (
        Index("ix_session_token_id", "token_id", postgresql_where=text("token_id IS NOT NULL")),
        Index("ix_session_granted_by", "granted_by", postgresql_where=text("granted_by IS NOT NULL")),
    )

    id: UUID = Field(primary_key=True)
    token_hash: bytes = _hash_column(unique=True)
    principal_id: UUID = Field(foreign_key="principal.id", index=True)
    agent: str = text_column()
    created_at: datetime = moment_column()
    last_seen_at: datetime = moment_column()
    expires_at: datetime = moment_column()
    ended_at: datetime | None = moment_column(default=None)
    token_id: UUID | None = Field(default=None, foreign_key="api_token.id")
    granted_by: UUID | None = Field(default=None, foreign_key="principal.id")


class ApiToken(SQLModel, table=True):
    """A token for programs, with the permissions (Permission) in `scopes` at most, in one project or in all. It ends
    with the token that it was created with (`parent_id`), and as a session does with the person in `granted_by`."""

    __tablename__ = "api_token"
    __table_args__ = (
        Index("ix_api_token_project_id", "project_id", postgresql_where=text("project_id IS NOT NULL")),
        Index("ix_api_token_parent_id", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
        Index("ix_api_token_granted_by", "granted_by", postgresql_where=text("granted_by IS NOT NULL")),
    )

    id: UUID = Field(primary_key=True)
    token_hash: bytes = _hash_column(unique=True)
    principal_id: UUID = Field(foreign_key="principal.id", index=True)
    name: str = text_column()
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    project_id: UUID | None = Field(default=None, foreign_key="project.id")
    created_at: datetime = moment_column()
    last_used_at: datetime | None = moment_column(default=None)
    expires_at: datetime = moment_column()
    revoked_at: datetime | None = moment_column(default=None)
    parent_id: UUID | None = Field(default=None, foreign_key="api_token.id")
    granted_by: UUID | None = Field(default=None, foreign_key="principal.id")


class OneTimeCode(SQLModel, table=True):
    """A code that is good once and for seconds (CodePurpose). `credential` is the hash of the token or the cookie that
    it was created with, and ends with."""

    __tablename__ = "one_time_code"

    code_hash: bytes = _hash_column(primary_key=True)
    purpose: str = text_column()
    principal_id: UUID = Field(foreign_key="principal.id")
    credential: bytes | None = _hash_column(default=None)
    expires_at: datetime = moment_column()


class AuthEvent(SQLModel, table=True):
    """One audited fact (AuthEventKind). It names no secret."""

    __tablename__ = "auth_event"
    __table_args__ = (Index("ix_auth_event_created_at", "created_at"),)

    id: UUID = Field(primary_key=True)
    kind: str = text_column()
    principal_id: UUID | None = Field(default=None, foreign_key="principal.id")
    actor: str = text_column()
    address: str | None = text_column(default=None)
    data: dict[str, Any] = json_column()
    created_at: datetime = moment_column()


metadata = tables.metadata
"""Of all tables, also those of `models.tables`."""

MEMBERSHIP = metadata.tables["membership"]
SESSION = metadata.tables["session"]
API_TOKEN = metadata.tables["api_token"]
AUTH_EVENT = metadata.tables["auth_event"]
