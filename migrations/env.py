"""Alembic's entry: the tables of `models`, in the database of the settings."""

from alembic import context
from sqlalchemy import create_engine, text

from models.settings import get_settings
from models.tables import metadata

# Held while migrating, so that replicas which start together do not migrate together. The number is arbitrary.
MIGRATION_LOCK = 7_102_026


def run() -> None:
    url = context.config.attributes.get("url") or get_settings().sqlalchemy_url
    with create_engine(url).connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
        connection.commit()
        context.configure(connection=connection, target_metadata=metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})
        connection.commit()


run()
