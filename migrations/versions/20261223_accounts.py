"""passwords, failed sign-ins, sign-ins at an identity provider, and roles by its groups"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023_accounts"
down_revision = "0022_lists"
branch_labels = None
depends_on = None


def moment(name: str, index: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, index=index)


def text(name: str) -> "sa.Column[Any]":
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("principal_id", sa.Uuid(), sa.ForeignKey("principal.id"), primary_key=True),
        text("login"),
        text("password_hash"),
        moment("changed_at"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("login_hash", sa.LargeBinary(), primary_key=True),
        sa.Column("address", sa.Text(), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        moment("last_at", index=True),
    )
    op.create_table(
        "provider_sign_in",
        sa.Column("state_hash", sa.LargeBinary(), primary_key=True),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        text("nonce"),
        text("verifier"),
        text("redirect_uri"),
        text("destination"),
        moment("expires_at", index=True),
    )
    op.add_column("membership", sa.Column("from_groups", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    op.drop_column("membership", "from_groups")
    for table in ("provider_sign_in", "sign_in_failure", "account"):
        op.drop_table(table)
