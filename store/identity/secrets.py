"""Secrets that BotArmy issues: random, shown once, and stored as their SHA-256."""

from __future__ import annotations

import hashlib
import secrets

TOKEN_PREFIX = "bay_"
"""So that people and secret scanners recognise a token."""


def new_token() -> str:
    """Return a token with 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def hash_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
