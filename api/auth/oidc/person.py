"""Who a provider's claims are about: the person's name, groups and roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth import administrators
from artifacts.hidden import without_unseen
from config.settings import Settings
from models.contracts.contract import storable
from models.contracts.identity import PATH_SEGMENTS, AccessRole, AuthEventKind
from store.identity import auth_events, groups, provider_people

log = structlog.get_logger(__name__)

NAMES = ("name", "preferred_username", "email", "sub")
MAX_NAME = 255


async def take_over(
    connection: AsyncConnection, settings: Settings, issuer: str, claims: dict[str, Any], address: str | None
) -> UUID:
    """Return the person, known by issuer and subject, with the name and the roles that the claims give. The last
    administrator stays one, whatever the groups say."""
    name, belongs = name_of(claims), groups_of(claims, settings)
    roles = {AccessRole(role) for group, role in settings.oidc_roles if group in belongs}
    admins = set() if AccessRole.ADMIN in roles else await administrators.lock(connection, settings)
    person = await provider_people.find_or_add(connection, issuer, claims["sub"], name)
    await groups.replace(connection, person, belongs, source=issuer)
    if admins == {person}:
        log.warning("last_administrator_kept", reason="the groups of the identity provider no longer say admin")
        roles.add(AccessRole.ADMIN)
    if await provider_people.set_group_roles(connection, person, roles, issuer):
        kind = AuthEventKind.ROLES_CHANGED
        await auth_events.record(connection, kind, person, issuer, address, roles=sorted(roles), by="groups")
    return person


def name_of(claims: dict[str, Any]) -> str:
    """Return the first name in the claims that can be seen, without what cannot; else the subject in quotes."""
    named = (without_unseen(storable(claims[claim])).strip() for claim in NAMES if isinstance(claims.get(claim), str))
    return next(filter(None, named), repr(claims.get("sub")))[:MAX_NAME]


def groups_of(claims: dict[str, Any], settings: Settings) -> set[str]:
    """Return the groups in the claims: they give roles, and gates may be assigned to them."""
    value = claims.get(settings.oidc_groups_claim)
    listed = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    named = {storable(group).strip() for group in listed if isinstance(group, str) and len(group) <= MAX_NAME}
    if misleading := named & PATH_SEGMENTS:
        log.warning("groups_ignored", groups=sorted(misleading), reason="no path can name them")
    return named - PATH_SEGMENTS - {""}
