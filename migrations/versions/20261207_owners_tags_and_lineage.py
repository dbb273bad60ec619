"""owners, tags, archived projects, and which project another one comes from"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0012_owners_tags_and_lineage"
down_revision = "0011_indexes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("project", sa.Column("owner", sa.Text(), nullable=True))
    op.add_column("project", sa.Column("tags", ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("project", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("project", sa.Column("parent_id", sa.Uuid(), nullable=True))
    op.add_column("project", sa.Column("parent_kind", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_project_parent_id_project"), "project", "project", ["parent_id"], ["id"])
    op.create_index("ix_project_tags", "project", ["tags"], postgresql_using="gin")
    op.create_index("ix_project_parent_id", "project", ["parent_id"], postgresql_where=sa.text("parent_id IS NOT NULL"))


def downgrade() -> None:
    for index in ("ix_project_parent_id", "ix_project_tags"):
        op.drop_index(index, table_name="project")
    op.drop_constraint(op.f("fk_project_parent_id_project"), "project", type_="foreignkey")
    for column in ("parent_kind", "parent_id", "archived_at", "tags", "owner"):
        op.drop_column("project", column)
