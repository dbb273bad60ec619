"""what a token has made, which ends with it"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026_sessions"
down_revision = "0025_actors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("session", "api_token"):
        hashes = postgresql.ARRAY(sa.LargeBinary())
        op.add_column(table, sa.Column("made_with", hashes, server_default="{}", nullable=False))


def downgrade() -> None:
    for table in ("session", "api_token"):
        op.drop_column(table, "made_with")
