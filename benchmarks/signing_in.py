"""How the benchmarks sign in: with the token of the stack that is measured."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from unittest import mock

VARIABLE = "BOTARMY_TOKEN"


def using(token: str | None) -> AbstractContextManager[object]:
    """Sign in with this token inside the block, here and in processes started from here."""
    return mock.patch.dict(os.environ, {VARIABLE: token or ""})


def authorization() -> dict[str, str]:
    """Return the headers that sign in."""
    return {"Authorization": f"Bearer {os.environ[VARIABLE]}"}
