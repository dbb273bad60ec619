"""HTTP clients for other servers, with the environment's proxies and certificates where they apply."""

from __future__ import annotations

import ipaddress
import os
import ssl
from typing import Any
from urllib.parse import urlsplit

import httpx2

PROXIES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
UNKNOWN = "the environment"


class OutboundError(Exception):
    """The environment's configuration cannot be used. The message names the variable, and contains no password."""


def is_loopback(url: str) -> bool:
    """Return whether the server is on this machine, so that no proxy applies."""
    host = urlsplit(url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
        return address.is_loopback or address.is_unspecified
    except ValueError:
        return host.rstrip(".") == "localhost"


def http_client(base: str, **options: Any) -> httpx2.AsyncClient:
    """Return an HTTP client for the server at this URL. For one on this machine, the environment is ignored: a proxy
    does not lead here, and loopback needs no certificates.

    Raises:
        OutboundError: the environment's proxy or certificates cannot be used.
    """
    try:
        return httpx2.AsyncClient(trust_env=not is_loopback(base), **options)
    except ImportError:
        reason = f"a SOCKS proxy ({_set(PROXIES)}) is not supported; use an HTTP proxy, or add the host to NO_PROXY"
    except (ssl.SSLError, OSError) as error:
        reason = f"the certificates in {_set(CERTIFICATES, values=True)} cannot be used: {_reason(error)}"
    except (ValueError, httpx2.InvalidURL):
        reason = f"the proxy in {_set(PROXIES)} cannot be used; an example is http://HOST:PORT"
    raise OutboundError(reason)


def proxy_hint() -> str:
    """Return how a server on another machine is reached, to append to an error, or an empty string without a proxy."""
    proxies = _set(PROXIES)
    return f", through the proxy in {proxies}" if proxies != UNKNOWN else ""


def _set(names: tuple[str, ...], values: bool = False) -> str:
    """Return which of the variables are set, in upper or lower case."""
    found = [name for upper in names for name in (upper, upper.lower()) if os.environ.get(name)]
    return ", ".join(f"{name}={os.environ[name]}" if values else name for name in found) or UNKNOWN


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return "no certificate found"
    return error.strerror or str(error)
