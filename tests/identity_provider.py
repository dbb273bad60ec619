"""A small OpenID Connect provider that does whatever a test sets, also what none should do. It checks PKCE and the
client."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.uvicorn_server import running

CLIENT_ID, CLIENT_SECRET = "botarmy-tests", "the-secret-of-the-client"


@dataclass
class IdentityProvider:
    """Signs everybody in as `claims["sub"]`. The tests change its fields."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "1", "name": "Ana"})
    userinfo: dict[str, Any] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True))
    published: list[RSAKey] | None = None
    algorithm: str = "RS256"
    clock: float = 0.0
    """Seconds that its clock is ahead."""
    answer: dict[str, Any] = field(default_factory=dict)
    """Query parameters that are added to its answer."""
    is_broken: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    """Every token that it gave out."""

    def app(self) -> Starlette:
        routes = [
            Route("/.well-known/openid-configuration", self._metadata),
            Route("/jwks", self._jwks),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/userinfo", self._userinfo),
        ]
        return Starlette(routes=routes)

    async def _metadata(self, request: Request) -> Response:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        found = {name: f"{self.issuer}/{path}" for name, path in (names | {"userinfo_endpoint": "userinfo"}).items()}
        return JSONResponse(found | {"issuer": self.issuer} | self.metadata, 500 if self.is_broken else 200)

    async def _jwks(self, request: Request) -> Response:
        keys = KeySet(list(self.published or [self.key]))
        return JSONResponse(keys.as_dict(private=False))

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"]} | self.answer
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 302)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self.codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        if asked is None or form["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if challenge.rstrip(b"=").decode() != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        access, token = secrets.token_urlsafe(), self._sign(asked["nonce"])
        self.tokens += [access, token]
        return JSONResponse({"access_token": access, "token_type": "Bearer", "id_token": token})

    async def _userinfo(self, request: Request) -> Response:
        return JSONResponse(self.userinfo or {"sub": self.claims["sub"]})

    def _sign(self, nonce: str) -> str:
        now = int(time.time() + self.clock)
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 60, "nonce": nonce} | self.claims
        header = {"alg": self.algorithm, "kid": self.key.kid}
        if self.algorithm in ("none", "HS256"):  # the second is signed with what everybody can read
            signed = f"{_encode(_json(header))}.{_encode(_json(claims))}"
            mac = hmac.digest(self.key.as_pem(private=False), signed.encode(), "sha256")
            return f"{signed}.{_encode(mac) if self.algorithm == 'HS256' else ''}"
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])


def _json(value: Any) -> bytes:
    return bytes(JSONResponse(value).body)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@asynccontextmanager
async def identity_provider() -> AsyncIterator[IdentityProvider]:
    """Serve a provider on a free port."""
    provider = IdentityProvider()
    config = uvicorn.Config(provider.app(), access_log=False, log_config=None)
    async with running(config) as (address, _):
        provider.issuer = f"http://{address}"
        yield provider
