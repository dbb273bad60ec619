"""an index for requests outside pipelines, and pipelines beside the rows of their projects"""

import sqlalchemy as sa
from alembic import op

revision = "0022_lists"
down_revision = "0021_retention"
branch_labels = None
depends_on = None

INDEX = "ix_hitl_request_open_standalone"


def upgrade() -> None:
    op.create_index(
        INDEX,
        "hitl_request",
        ["project_id"],
        postgresql_where=sa.text("status = 'pending' AND standalone_task_id IS NOT NULL"),
    )
    # A pipeline is compressed to 1.5 KB, which would stay in the row: every event of the project writes the row again,
    # and every scan reads it. Rows that exist stay as they are.
    op.execute("ALTER TABLE project SET (toast_tuple_target = 256)")


def downgrade() -> None:
    op.execute("ALTER TABLE project RESET (toast_tuple_target)")
    op.drop_index(INDEX, "hitl_request")
