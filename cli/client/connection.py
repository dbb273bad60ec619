"""HTTP clients for the API, with what the environment says of proxies and certificates where it applies."""

from __future__ import annotations

import os
import ssl

import httpx2

from cli.client.address import is_loopback
from cli.exits import NoApiError

PROXIES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
NOTHING = "the environment"
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def connect(base: str, seconds: float) -> httpx2.AsyncClient:
    """A client for the API at this URL. A proxy that the environment names does not lead to this machine itself, and a
    loopback API needs nobody's certificates: there, the environment does not count.

    Raises:
        NoApiError: what the environment says cannot be used; the message names the variable, and no password.
    """
    try:
        return httpx2.AsyncClient(timeout=seconds, trust_env=not is_loopback(base))
    except ImportError:
        why = f"a SOCKS proxy ({_set(PROXIES)}) is not supported; name an HTTP proxy, or add the host to NO_PROXY"
    except (ssl.SSLError, OSError) as error:
        why = f"the certificates in {_set(CERTIFICATES, values=True)} cannot be used: {_reason(error)}"
    except (ValueError, httpx2.InvalidURL):
        why = f"the proxy in {_set(PROXIES)} cannot be used; one looks like http://HOST:PORT"
    raise NoApiError(f"cannot ask the API at {base}: {why}") from None


def through_proxy() -> str:
    """How an API that is not on this machine is asked, where the environment says more of it."""
    proxies = _set(PROXIES)
    return f", asked through the proxy in {proxies}" if proxies != NOTHING else ""


def _set(names: tuple[str, ...], values: bool = False) -> str:
    """Which of the variables are set, in either case."""
    known = [name for upper in names for name in (upper, upper.lower()) if os.environ.get(name)]
    return ", ".join(f"{name}={os.environ[name]}" if values else name for name in known) or NOTHING


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return "there is no certificate in it"
    return error.strerror or str(error)
