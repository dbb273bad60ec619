"""Check an ID token (OpenID Connect Core, section 3.1.3.7)."""

from __future__ import annotations

import time
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from api.auth.oidc.errors import ProviderError, SignInProblem

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a private key only: neither `none`, nor HMAC with what everybody can read."""

LEEWAY_SECONDS = 90
"""How far the provider's clock may be off."""

MAX_SUBJECT = 255


class UnknownKeyError(Exception):
    """The token is signed with a key that is not among these: the provider may have a new one."""


def check(token: str, keys: KeySet, issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """Return the claims of a valid token.

    Raises:
        UnknownKeyError: another set of keys may have its key.
        ProviderError: the token is not valid for this sign-in.
    """
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        _registry(issuer, nonce).validate(claims)
    except InvalidKeyIdError:
        raise UnknownKeyError from None
    except (JoseError, ValueError) as error:
        raise _invalid(str(error)) from None
    # Exactly this client: a token that another one may use, too, can have been stolen from it.
    if claims["aud"] not in (client_id, [client_id]) or claims.get("azp", client_id) != client_id:
        raise _invalid("it is for another client")
    if not 0 < len(claims["sub"]) <= MAX_SUBJECT or "\x00" in claims["sub"]:
        raise _invalid("its subject is too long, or empty")
    if claims["iat"] > time.time() + LEEWAY_SECONDS:
        raise _invalid("it is from the future")
    return claims


def _registry(issuer: str, nonce: str) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        sub={"essential": True},
        aud={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )


def _invalid(reason: str) -> ProviderError:
    return ProviderError(SignInProblem.INVALID, f"the ID token is refused: {reason}")
