"""calls of tools that wait for a person"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010_tool_calls"
down_revision = "0009_stops"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hitl_request", sa.Column("tool_call", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("hitl_request", "tool_call")
