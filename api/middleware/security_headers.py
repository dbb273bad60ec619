"""Headers that tell browsers to be careful with every response, whatever it contains."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.cookies import is_secure

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # The page's documents and its frames have policies of their own.
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
}
STRICT_TRANSPORT = "max-age=31536000"


class SecurityHeaders:
    """ASGI middleware. A header that a response has already stays."""

    def __init__(self, app: ASGIApp, public_urls: Sequence[str]) -> None:
        self._app, self._public_urls = app, public_urls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_tls = is_secure(HTTPConnection(scope), self._public_urls)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if is_tls:
                    headers["Strict-Transport-Security"] = STRICT_TRANSPORT
            await send(message)

        await self._app(scope, receive, send_with_headers)
