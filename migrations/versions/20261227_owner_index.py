"""an index for the projects of an owner"""

from alembic import op

revision = "0027_owner_index"
down_revision = "0026_sessions"
branch_labels = None
depends_on = None

INDEX = "ix_project_owner"

# store/text_search.py: `casefolded(PROJECT.c.owner)`, as PostgreSQL must find it in a query.
CASEFOLDED_OWNER = r"""
CASE WHEN char_length(owner) = octet_length(owner) THEN lower(owner COLLATE "C")
ELSE replace(replace(translate(lower(upper(translate(normalize(owner, NFKC), 'Iıİ', 'iii'))), 'ıς', 'iσ'), 'i̇', 'i'),
             'ß', 'ss') END
"""


def upgrade() -> None:
    # Most projects may have no owner: they cost nothing here.
    op.execute(f"CREATE INDEX {INDEX} ON project (({CASEFOLDED_OWNER}), id) WHERE owner IS NOT NULL")


def downgrade() -> None:
    op.drop_index(INDEX, "project")
