"""Check server addresses before connecting. Error messages contain no password."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

POSTGRES_SHAPE = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
REDIS_SHAPE = "redis://USER:PASSWORD@HOST:PORT/NUMBER"

# As libpq parses it: a user name ends at the first @, and the search for one ends at a slash.
_POSTGRES = re.compile(
    r"postgres(?:ql)?(?:\+psycopg)?://(?:(?P<user>[^@/]*)@)?(?P<hosts>[^/?]*)(?:/(?P<database>[^?]*))?(?:\?(?P<query>.*))?"
)
_HOST = re.compile(r"(?:\[[0-9a-fA-F:.]+(?:%25\w+)?\]|[^:@\[\]]*)(?::(?P<port>\d*))?")
_BAD_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})|%00")
_ENCODE = "percent-encode characters such as @ : / ? # % in a user name or password (@ is %40)"


def check_postgres(url: str) -> None:
    """Raise ValueError if PostgreSQL's client library would not accept the URL, or would misread it."""
    if not re.match(r"postgres(ql)?(\+psycopg)?://", url):
        raise ValueError(f"is not an address like {POSTGRES_SHAPE}")
    found = _POSTGRES.fullmatch(url)
    hosts = [_HOST.fullmatch(host) for host in found["hosts"].split(",")] if found else [None]
    if found is None or not all(hosts) or "@" in (found["database"] or ""):
        raise ValueError(f"does not have the form {POSTGRES_SHAPE}; {_ENCODE}")
    _check_characters(url)
    if any(int(host["port"] or 1) not in range(1, 65536) for host in hosts if host):
        raise ValueError("has a port that is not between 1 and 65535")
    if found["query"]:
        _check_postgres_parameters(found["query"])


def check_redis(url: str) -> None:
    """Raise ValueError if the Redis client would not accept the URL, or would misread it."""
    if not re.match(r"(rediss?|unix)://", url):
        raise ValueError(f"is not an address like {REDIS_SHAPE}")
    _check_characters(url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"does not have the form {REDIS_SHAPE}; {_ENCODE}") from None
    if port == 0 or parts.netloc.count("@") > 1 or "#" in url or "@" in parts.path:
        raise ValueError(f"does not have the form {REDIS_SHAPE}; {_ENCODE}")
    if parts.scheme != "unix" and not re.fullmatch(r"/?\d*", parts.path):
        raise ValueError("ends with a database that is not a number")
    if parts.query:
        _check_redis_parameters(url, parts.query)


def _check_characters(url: str) -> None:
    if _BAD_ESCAPE.search(url):
        raise ValueError("has a % that is not part of an escape such as %40; write a percent sign as %25")
    if any(character.isspace() or not character.isprintable() for character in url):
        raise ValueError("contains a space or a control character; write a space as %20")


def _check_postgres_parameters(query: str) -> None:
    from psycopg import pq  # here, because the import is slow and most addresses have no parameters

    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} | {"ssl"}
    for part in query.split("&"):
        name, equals, _ = part.partition("=")
        if unquote(name) not in known or not equals:
            raise ValueError(_unknown(unquote(name), "PostgreSQL's client library", _SCHEMA.get(unquote(name), "")))


_SCHEMA = dict.fromkeys(
    ("schema", "currentSchema", "search_path"), "; choose a schema with ?options=-csearch_path%3DNAME"
)


def _check_redis_parameters(url: str, query: str) -> None:
    from redis.exceptions import RedisError

    names = [name for name, _ in parse_qsl(query, keep_blank_values=True)]
    if refused := _DECODING.intersection(names):
        raise ValueError(f"has the parameter {min(refused)!r}: BotArmy decodes messages by itself")
    try:
        _make_redis_connection(url)
    except (TypeError, ValueError, AttributeError, RedisError):
        for name in names:
            try:
                _make_redis_connection(f"{urlsplit(url).scheme}://localhost?{name}=1")
            except (TypeError, AttributeError):
                raise ValueError(_unknown(name, "the Redis client")) from None
            except (ValueError, RedisError):
                pass
        raise ValueError("has a parameter whose value the Redis client does not accept") from None


_DECODING = frozenset({"decode_responses", "encoding", "encoding_errors"})


def _make_redis_connection(url: str) -> None:
    """Create a connection without opening it, which validates every parameter."""
    from redis.asyncio.connection import ConnectionPool  # here for the same reason

    ConnectionPool.from_url(url).make_connection()  # type: ignore[no-untyped-call]


def _unknown(name: str, client: str, advice: str = "") -> str:
    name = name if re.fullmatch(r"\w{1,40}", name) else "..."  # it may be part of a password
    return f"has the parameter {name!r}, which {client} does not support{advice}"


def is_http_address(url: str) -> bool:
    """Return whether a URL is the address of an HTTP server."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
