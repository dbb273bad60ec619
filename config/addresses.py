"""The addresses of servers, checked before anybody connects: what is wrong is said at once, without a password."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

POSTGRES_SHAPE = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
REDIS_SHAPE = "redis://USER:PASSWORD@HOST:PORT/NUMBER"

# As libpq reads it: a user name ends at the first @, and a slash ends the search for one.
_POSTGRES = re.compile(
    r"postgres(?:ql)?(?:\+psycopg)?://(?:(?P<user>[^@/]*)@)?(?P<hosts>[^/?]*)(?:/(?P<database>[^?]*))?(?:\?(?P<query>.*))?"
)
_HOST = re.compile(r"(?:\[[0-9a-fA-F:.]+(?:%25\w+)?\]|[^:@\[\]]*)(?::(?P<port>\d*))?")
_BAD_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})|%00")
_ENCODE = "characters such as @ : / ? # % in a user name or password are written percent-encoded (@ is %40)"


def check_postgres(url: str) -> None:
    """Raises ValueError where PostgreSQL's client library would not read the URL, or not as it is meant."""
    if not re.match(r"postgres(ql)?(\+psycopg)?://", url):
        raise ValueError(f"is not an address like {POSTGRES_SHAPE}")
    found = _POSTGRES.fullmatch(url)
    hosts = [_HOST.fullmatch(host) for host in found["hosts"].split(",")] if found else [None]
    if found is None or not all(hosts) or "@" in (found["database"] or ""):
        raise ValueError(f"cannot be read as {POSTGRES_SHAPE}; {_ENCODE}")
    _check_characters(url)
    if any(int(host["port"] or 1) not in range(1, 65536) for host in hosts if host):
        raise ValueError("has a port that is not between 1 and 65535")
    if found["query"]:
        _check_postgres_parameters(found["query"])


def check_redis(url: str) -> None:
    """Raises ValueError where the Redis client would not read the URL, or not as it is meant."""
    if not re.match(r"(rediss?|unix)://", url):
        raise ValueError(f"is not an address like {REDIS_SHAPE}")
    _check_characters(url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"cannot be read as {REDIS_SHAPE}; {_ENCODE}") from None
    if port == 0 or parts.netloc.count("@") > 1 or "#" in url or "@" in parts.path:
        raise ValueError(f"cannot be read as {REDIS_SHAPE}; {_ENCODE}")
    if parts.scheme != "unix" and not re.fullmatch(r"/?\d*", parts.path):
        raise ValueError("ends in a database that is not a number")
    if parts.query:
        _check_redis_parameters(url, parts.query)


def _check_characters(url: str) -> None:
    if _BAD_ESCAPE.search(url):
        raise ValueError("has a % that is not part of an escape such as %40; a percent sign itself is written %25")
    if any(character.isspace() or not character.isprintable() for character in url):
        raise ValueError("has a space or a control character in it; a space is written %20")


def _check_postgres_parameters(query: str) -> None:
    from psycopg import pq  # here: most addresses have no parameters, and its import takes a while

    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} | {"ssl"}
    for part in query.split("&"):
        name, equals, _ = part.partition("=")
        if unquote(name) not in known or not equals:
            raise ValueError(_unknown(unquote(name), "PostgreSQL's client library", _SCHEMA.get(unquote(name), "")))


_SCHEMA = dict.fromkeys(
    ("schema", "currentSchema", "search_path"), "; a schema is chosen with ?options=-csearch_path%3DNAME"
)


def _check_redis_parameters(url: str, query: str) -> None:
    try:
        _make_redis_connection(url)
    except (TypeError, ValueError, AttributeError):
        for name, _ in parse_qsl(query, keep_blank_values=True):
            try:
                _make_redis_connection(f"redis://localhost?{name}=1")
            except (TypeError, AttributeError):
                raise ValueError(_unknown(name, "the Redis client")) from None
            except ValueError:
                pass
        raise ValueError("has a parameter whose value the Redis client does not take") from None


def _make_redis_connection(url: str) -> None:
    """Make the connection that is not opened yet, which takes every parameter or complains."""
    from redis.asyncio.connection import ConnectionPool  # here, as above

    ConnectionPool.from_url(url).make_connection()  # type: ignore[no-untyped-call]


def _unknown(name: str, who: str, advice: str = "") -> str:
    name = name if re.fullmatch(r"\w{1,40}", name) else "..."  # what stands there may be a piece of a password
    return f"has the parameter {name!r}, which {who} does not know{advice}"
