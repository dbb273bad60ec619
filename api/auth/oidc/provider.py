"""The identity provider of the settings: its metadata and its keys, and what it says for a code."""

from __future__ import annotations

import base64
import hashlib
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.auth.oidc import id_token
from api.auth.oidc.errors import ProviderError, SignInProblem
from config.outbound import OutboundError, http_client
from config.setting_values import is_secure_url
from config.settings import Settings
from store.identity.provider_sign_ins import Begun

METADATA = "/.well-known/openid-configuration"
CACHE_SECONDS = 3600
TIMEOUT_SECONDS = 10
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class _Cached:
    value: Any
    until: float


class Provider:
    """Tokens are read here and thrown away: no browser, no database and no log sees them."""

    def __init__(self, settings: Settings) -> None:
        assert settings.oidc_issuer is not None
        assert settings.oidc_client_id is not None
        self.issuer, self._client_id = settings.oidc_issuer, settings.oidc_client_id
        self._secret, self._scopes = settings.oidc_client_secret, settings.oidc_scopes
        self._groups_claim = settings.oidc_groups_claim
        self._http: httpx2.AsyncClient | None = None
        self._cached: dict[str, _Cached] = {}

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()

    async def address(self, state: str, begun: Begun) -> str:
        """Return where the browser signs in.

        Raises:
            ProviderError: the provider is unavailable, or its metadata cannot be used.
        """
        challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).rstrip(b"=")
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": begun.redirect_uri,
            "scope": self._scopes,
            "state": state,
            "nonce": begun.nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        endpoint = (await self._metadata())["authorization_endpoint"]
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def check_sender(self, issuer: str | None) -> None:
        """Check which provider an answer says that it is from (RFC 9207).

        Raises:
            ProviderError: another one, or none although this one always says so.
        """
        says_so = (await self._metadata()).get("authorization_response_iss_parameter_supported") is True
        if issuer != self.issuer and (says_so or issuer is not None):
            raise ProviderError(SignInProblem.INVALID, "the answer is from another provider")

    async def claims_for(self, code: str, begun: Begun) -> dict[str, Any]:
        """Return what the provider says about the person: the claims of the ID token, and those of the userinfo
        endpoint if the token does not name the groups.

        Raises:
            ProviderError: it is unavailable, refuses the code, or sends a token that is not valid.
        """
        metadata = await self._metadata()
        answer = await self._redeem(metadata, code, begun)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderError(SignInProblem.INVALID, "there is no ID token in the answer")
        claims = await self._check(token, begun.nonce)
        endpoint, access = metadata.get("userinfo_endpoint"), answer.get("access_token")
        if self._groups_claim not in claims and isinstance(access, str) and isinstance(endpoint, str):
            _require_secure(endpoint)
            more = await self._get(endpoint, {"Authorization": f"Bearer {access}"})
            if more.get("sub") != claims["sub"]:
                raise ProviderError(SignInProblem.INVALID, "the userinfo is about somebody else")
            claims = more | claims
        return claims

    async def _check(self, token: str, nonce: str) -> dict[str, Any]:
        for fresh in (False, True):
            try:
                return id_token.check(token, await self._keys(fresh=fresh), self.issuer, self._client_id, nonce)
            except id_token.UnknownKeyError:
                continue
        raise ProviderError(SignInProblem.INVALID, "the ID token is signed with an unknown key")

    async def _redeem(self, metadata: dict[str, Any], code: str, begun: Begun) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": begun.redirect_uri,
            "code_verifier": begun.verifier,
        }
        headers = {"Accept": "application/json"}
        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if self._secret is not None and "client_secret_basic" in methods:
            pair = f"{quote(self._client_id, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self._client_id} | ({"client_secret": self._secret} if self._secret else {})
        return await self._send("POST", metadata["token_endpoint"], headers, form)

    async def _metadata(self) -> dict[str, Any]:
        found = await self._cache("metadata", self.issuer.rstrip("/") + METADATA)
        if found.get("issuer") != self.issuer:
            raise ProviderError(SignInProblem.UNAVAILABLE, "the metadata names another issuer than BOTARMY_OIDC_ISSUER")
        for name in ENDPOINTS:
            _require_secure(found.get(name))
        return found

    async def _keys(self, *, fresh: bool) -> KeySet:
        if fresh:
            self._cached.pop("keys", None)
        found = await self._cache("keys", (await self._metadata())["jwks_uri"])
        try:
            return KeySet.import_key_set(found)  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError):
            raise ProviderError(SignInProblem.UNAVAILABLE, "the keys cannot be read") from None

    async def _cache(self, name: str, url: str) -> dict[str, Any]:
        cached = self._cached.get(name)
        if cached is None or cached.until < time.monotonic():
            cached = self._cached[name] = _Cached(await self._get(url, {}), time.monotonic() + CACHE_SECONDS)
        found: dict[str, Any] = cached.value
        return found

    async def _get(self, url: str, headers: dict[str, str]) -> dict[str, Any]:
        return await self._send("GET", url, {"Accept": "application/json"} | headers, None)

    async def _send(
        self, method: str, url: str, headers: dict[str, str], form: dict[str, str] | None
    ) -> dict[str, Any]:
        try:
            if self._http is None:
                self._http = http_client(self.issuer, timeout=TIMEOUT_SECONDS)
            answer = await self._http.request(method, url, headers=headers, data=form)
            found = answer.json()
        except (httpx2.HTTPError, OutboundError, ValueError) as error:
            raise ProviderError(SignInProblem.UNAVAILABLE, f"{url}: {type(error).__name__}") from None
        if answer.is_client_error and form is not None:
            reason = found.get("error") if isinstance(found, dict) else answer.status_code
            raise ProviderError(SignInProblem.REFUSED, f"the provider refuses the code: {str(reason)[:100]}")
        if not answer.is_success or not isinstance(found, dict):
            raise ProviderError(SignInProblem.UNAVAILABLE, f"{url}: HTTP {answer.status_code}")
        return found


def _require_secure(url: object) -> None:
    if not isinstance(url, str) or not is_secure_url(url):
        raise ProviderError(SignInProblem.UNAVAILABLE, "the metadata names an endpoint without TLS")
