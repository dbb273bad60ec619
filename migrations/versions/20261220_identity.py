"""people, their roles, sessions and tokens"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020_identity"
down_revision = "0019_subject_hashes"
branch_labels = None
depends_on = None


def moment(name: str, nullable: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def text(name: str, nullable: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.Text(), nullable=nullable)


def principal(nullable: bool = False) -> "sa.Column[Any]":
    return sa.Column("principal_id", sa.Uuid(), sa.ForeignKey("principal.id"), nullable=nullable)


def project() -> "sa.Column[Any]":
    return sa.Column("project_id", sa.Uuid(), sa.ForeignKey("project.id"), nullable=True)


def upgrade() -> None:
    op.create_table(
        "principal",
        sa.Column("id", sa.Uuid(), primary_key=True),
        text("kind"),
        text("name"),
        moment("created_at"),
        moment("disabled_at", nullable=True),
    )
    op.create_table(
        "identity",
        sa.Column("issuer", sa.Text(), primary_key=True),
        sa.Column("subject", sa.Text(), primary_key=True),
        principal(),
        moment("created_at"),
    )
    op.create_index("ix_identity_principal_id", "identity", ["principal_id"])
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), primary_key=True),
        principal(),
        project(),
        text("role"),
        text("granted_by"),
        moment("granted_at"),
        sa.UniqueConstraint("principal_id", "project_id", "role", postgresql_nulls_not_distinct=True),
    )
    op.create_index(
        "ix_membership_project_id", "membership", ["project_id"], postgresql_where=sa.text("project_id IS NOT NULL")
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        principal(),
        text("agent"),
        moment("created_at"),
        moment("last_seen_at"),
        moment("expires_at"),
        moment("ended_at", nullable=True),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_session_principal_id", "session", ["principal_id"])
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        principal(),
        text("name"),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        project(),
        moment("created_at"),
        moment("last_used_at", nullable=True),
        moment("expires_at"),
        moment("revoked_at", nullable=True),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_api_token_principal_id", "api_token", ["principal_id"])
    op.create_table(
        "one_time_code",
        sa.Column("code_hash", sa.LargeBinary(), primary_key=True),
        text("purpose"),
        principal(),
        sa.Column("credential", sa.LargeBinary(), nullable=True),
        moment("expires_at"),
    )
    op.create_table(
        "auth_event",
        sa.Column("id", sa.Uuid(), primary_key=True),
        text("kind"),
        principal(nullable=True),
        text("actor"),
        text("address", nullable=True),
        sa.Column("data", JSONB(), nullable=False),
        moment("created_at"),
    )
    op.create_index("ix_auth_event_created_at", "auth_event", ["created_at"])


def downgrade() -> None:
    for table in ("auth_event", "one_time_code", "api_token", "session", "membership", "identity", "principal"):
        op.drop_table(table)
