"""Connection parameters of PostgreSQL for the API, the worker, the migrations and `botarmy up`.

Of libpq's environment variables only the password sources are used (PGPASSWORD, PGPASSFILE, `~/.pgpass`), so that the
password need not be in the URL. The rest comes from the URL: PGSSLMODE, PGOPTIONS, PGCLIENTENCODING, ... are ignored.
"""

from __future__ import annotations

import os
import re

from config.redaction import redacted

CONNECT_SECONDS = 5
SECRETS = {"PGPASSWORD", "PGPASSFILE"}

_LIBPQ = re.compile(r"PG[A-Z_]+")
_SESSION_OPTIONS = "-c TimeZone=UTC -c DateStyle=ISO"
"""PostgreSQL returns moments in the session's time zone, and events contain them as returned."""

_ADVICE = (
    (r"password authentication failed", "check user and password in DATABASE_URL (or PGPASSWORD, ~/.pgpass)"),
    (r"no password supplied", "put the password into DATABASE_URL, PGPASSWORD or ~/.pgpass"),
    (
        r'database "(?P<name>[^"]+)" does not exist',
        "create it: CREATE DATABASE {name} ENCODING 'UTF8'",
    ),
    (r'role "(?P<name>[^"]+)" does not exist', "create it, or name another user in DATABASE_URL"),
    (r"no pg_hba.conf entry", "allow this user and client address in the server's pg_hba.conf"),
    (r"permission denied for database", "GRANT CONNECT on it to the user of DATABASE_URL"),
    (r"does not support SSL", "remove sslmode from DATABASE_URL, or turn on SSL at the server"),
    (r"certificate", "check sslmode, sslrootcert, sslcert and sslkey in DATABASE_URL"),
    (r"invalid .* value|bad value for", "check the parameters of DATABASE_URL"),
)
_TEMPORARY = re.compile(
    r"starting up|shutting down|recovery|too many|remaining connection slots|not yet accepting", re.I
)


def unset_libpq_variables() -> None:
    """Remove libpq's variables from this process's environment, which its children inherit.

    Setting every parameter explicitly is not enough: PGSERVICE cannot be overridden, and PGTZ and PGDATESTYLE are sent
    to the server after the parameters of the connection.
    """
    for name in [name for name in os.environ if _LIBPQ.fullmatch(name) and name not in SECRETS]:
        del os.environ[name]


def connection_parameters(url: str) -> dict[str, str]:
    """Return the connection parameters for any client of libpq. Removes libpq's variables from the environment.

    The `options` of the URL are kept, followed by ours.

    Raises:
        psycopg.ProgrammingError: libpq does not accept the URL. `config.addresses` finds that first, and without
            repeating the URL.
    """
    from psycopg.conninfo import conninfo_to_dict  # here, so that `botarmy --help` does not wait for it

    unset_libpq_variables()
    from_url = {name: str(value) for name, value in conninfo_to_dict("postgresql://" + url.split("://", 1)[1]).items()}
    defaults = {"connect_timeout": str(CONNECT_SECONDS), "application_name": "botarmy"}
    ours = {"client_encoding": "UTF8", "options": f"{from_url.get('options', '')} {_SESSION_OPTIONS}".strip()}
    return {**defaults, **from_url, **ours}


def conninfo(url: str) -> str:
    """Return the connection parameters as a libpq connection string."""
    from psycopg.conninfo import make_conninfo

    return make_conninfo("", **connection_parameters(url))


def is_permanent(error: Exception) -> bool:
    """Return whether a failed connection will fail again, because the server or libpq refused it."""
    message = _message(error)
    if _TEMPORARY.search(message):
        return False
    return "FATAL:" in message or any(re.search(pattern, message) for pattern, _ in _ADVICE)


def explain(error: Exception) -> str:
    """Return what is wrong with a connection and what to do about it, in one line without a password."""
    message = _message(error)
    for pattern, advice in _ADVICE:
        if found := re.search(pattern, message):
            return redacted(f"{message}: {advice.format(**found.groupdict())}")
    return redacted(message)


def _message(error: Exception) -> str:
    """Return the message of the server or of libpq on one line. SQLAlchemy keeps the driver's error in `orig`."""
    cause = getattr(error, "orig", None) or error
    message = " ".join(str(cause).split()) or repr(cause)
    return message.split("Is the server running on that host")[0].strip()
