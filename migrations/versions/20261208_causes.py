"""why a request's step has no result"""

import sqlalchemy as sa
from alembic import op

revision = "0013_causes"
down_revision = "0012_owners_tags_and_lineage"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hitl_request", sa.Column("cause", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("hitl_request", "cause")
