"""The entry point of Alembic: the tables of `models` in the database of the settings."""

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from config.postgres import connection_parameters, explain
from config.schema_check import check_schema
from config.settings import SettingsError, get_settings
from models.identity import metadata

# Held while migrating, so that replicas that start together migrate one after the other. The number is arbitrary.
MIGRATION_LOCK = 7_102_026

# Indexes of expressions that `store` writes, which models do not import. The first may be missing.
NOT_IN_MODELS = {"ix_project_name_trigrams", "ix_project_owner"}


def run() -> None:
    """Migrate. Raises CommandError, which Alembic prints as one line, if the database cannot be used."""
    try:
        url = context.config.attributes.get("url") or get_settings().database_url
        with create_engine("postgresql+psycopg://", connect_args=connection_parameters(url)).connect() as connection:
            migrate(connection)
    except SettingsError as error:
        raise CommandError(f"settings: {error}") from None
    except (OperationalError, ProgrammingError) as error:
        raise CommandError(explain(error)) from error


def migrate(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
    connection.commit()
    if problem := check_schema(lambda sql: connection.exec_driver_sql(sql).all()).problem:
        raise CommandError(problem)
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        include_name=lambda name, kind, _: kind != "index" or name not in NOT_IN_MODELS,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})
    connection.commit()


run()
