"""An API whose people sign in at an identity provider."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from config.settings import Settings
from tests.api.identity_provider.provider_sign_in import with_provider
from tests.identity_provider import IdentityProvider, identity_provider


@pytest_asyncio.fixture(scope="module")
async def shared_provider() -> AsyncIterator[IdentityProvider]:
    async with identity_provider() as provider:
        yield provider


@pytest.fixture
def provider(shared_provider: IdentityProvider) -> IdentityProvider:
    """The provider, as it is at first; it keeps its address and the subjects are new."""
    fresh = IdentityProvider(issuer=shared_provider.issuer, key=shared_provider.key)
    shared_provider.__dict__.update(fresh.__dict__)
    shared_provider.claims = {"sub": uuid4().hex, "name": "Ana"}
    return shared_provider


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings, shared_provider: IdentityProvider) -> Settings:
    return with_provider(settings, shared_provider.issuer)
