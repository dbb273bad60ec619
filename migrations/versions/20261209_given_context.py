"""artifacts that people gave the crew"""

import sqlalchemy as sa
from alembic import op

revision = "0014_given_context"
down_revision = "0013_causes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "given_context",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("artifact_id", sa.Uuid(), nullable=False),
        sa.Column("replaces", sa.Boolean(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["artifact_id"], ["artifact.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "artifact_id"),
    )


def downgrade() -> None:
    op.drop_table("given_context")
