"""How every connection to PostgreSQL is made, be it of the API, the worker, the migrations or `botarmy up`.

The URL is the whole truth. What the shell says for other programs, in libpq's variables (PGSSLMODE, PGOPTIONS,
PGCLIENTENCODING, ...), does not count, but for what holds a password so that the URL need not: PGPASSWORD, PGPASSFILE
and `~/.pgpass`.
"""

from __future__ import annotations

import os
import re

from config.redaction import redacted

CONNECT_SECONDS = 5
SECRETS = {"PGPASSWORD", "PGPASSFILE"}

_LIBPQ = re.compile(r"PG[A-Z_]+")
_OURS = "-c TimeZone=UTC -c DateStyle=ISO"
"""Moments come back in the session's time zone, and events take them from there."""

_ADVICE = (
    (r"password authentication failed", "check user and password in DATABASE_URL (or PGPASSWORD, ~/.pgpass)"),
    (r"no password supplied", "put the password into DATABASE_URL, PGPASSWORD or ~/.pgpass"),
    (
        r'database "(?P<name>[^"]+)" does not exist',
        "create it: CREATE DATABASE {name} ENCODING 'UTF8'",
    ),
    (r'role "(?P<name>[^"]+)" does not exist', "create it, or name another user in DATABASE_URL"),
    (r"no pg_hba.conf entry", "the server's pg_hba.conf must let this user in from here"),
    (r"permission denied for database", "GRANT CONNECT on it to the user of DATABASE_URL"),
    (r"does not support SSL", "leave sslmode out of DATABASE_URL, or turn SSL on at the server"),
    (r"certificate", "check sslmode, sslrootcert, sslcert and sslkey in DATABASE_URL"),
    (r"invalid .* value", "check the parameters of DATABASE_URL"),
)
_NOT_YET = re.compile(r"starting up|shutting down|recovery|too many|remaining connection slots|not yet accepting", re.I)


def unset_libpq_variables() -> None:
    """Take libpq's variables out of this process's environment, which its children inherit.

    Naming every parameter would not do: PGSERVICE cannot be overruled, and PGTZ and PGDATESTYLE go to the server after
    all that a connection says.
    """
    for name in [name for name in os.environ if _LIBPQ.fullmatch(name) and name not in SECRETS]:
        del os.environ[name]


def connection_parameters(url: str) -> dict[str, str]:
    """What to connect with, for any client of libpq. From then on libpq's variables are gone from the environment.

    The `options` of the URL count for every connection, ours after them.

    Raises:
        psycopg.ProgrammingError: libpq cannot read the URL; `config.addresses` says so first, and without its text.
    """
    from psycopg.conninfo import conninfo_to_dict  # here: `botarmy --help` need not wait for it

    unset_libpq_variables()
    given = {name: str(value) for name, value in conninfo_to_dict("postgresql://" + url.split("://", 1)[1]).items()}
    defaults = {"connect_timeout": str(CONNECT_SECONDS), "application_name": "botarmy"}
    ours = {"client_encoding": "UTF8", "options": f"{given.get('options', '')} {_OURS}".strip()}
    return {**defaults, **given, **ours}


def conninfo(url: str) -> str:
    """The same in libpq's own notation."""
    from psycopg.conninfo import make_conninfo

    return make_conninfo("", **connection_parameters(url))


def is_final(error: Exception) -> bool:
    """Whether a failed connection will fail again: the server, or libpq, said no, rather than nothing."""
    said = _message(error)
    if _NOT_YET.search(said):
        return False
    return "FATAL:" in said or any(re.search(pattern, said) for pattern, _ in _ADVICE)


def explain(error: Exception) -> str:
    """What is wrong with a connection and what to do about it, in one line without a password."""
    said = _message(error)
    for pattern, advice in _ADVICE:
        if found := re.search(pattern, said):
            return redacted(f"{said}: {advice.format(**found.groupdict())}")
    return redacted(said)


def _message(error: Exception) -> str:
    """What the server said, or else libpq, on one line. SQLAlchemy keeps the driver's error in `orig`."""
    cause = getattr(error, "orig", None) or error
    said = " ".join(str(cause).split()) or repr(cause)
    return said.split("Is the server running on that host")[0].strip()
