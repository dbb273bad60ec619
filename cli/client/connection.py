"""HTTP connections to the API, with the environment's proxies and certificates where they apply."""

from __future__ import annotations

import os
import ssl

import httpx2

from cli.client.address import is_loopback
from cli.exits import NoApiError

PROXIES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
UNKNOWN = "the environment"


def connect(base: str, seconds: float) -> httpx2.AsyncClient:
    """Return an HTTP client for the API at this URL. For an API on this machine, the environment is ignored: a proxy
    does not lead here, and loopback needs no certificates.

    Raises:
        NoApiError: the environment's configuration cannot be used. The message names the variable, and contains no
            password.
    """
    try:
        return httpx2.AsyncClient(timeout=seconds, trust_env=not is_loopback(base))
    except ImportError:
        reason = f"a SOCKS proxy ({_set(PROXIES)}) is not supported; use an HTTP proxy, or add the host to NO_PROXY"
    except (ssl.SSLError, OSError) as error:
        reason = f"the certificates in {_set(CERTIFICATES, values=True)} cannot be used: {_reason(error)}"
    except (ValueError, httpx2.InvalidURL):
        reason = f"the proxy in {_set(PROXIES)} cannot be used; an example is http://HOST:PORT"
    raise NoApiError(f"cannot reach BotArmy at {base}: {reason}") from None


def proxy_hint() -> str:
    """Return how an API on another machine is reached, to append to an error, or an empty string without a proxy."""
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
