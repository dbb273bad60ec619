"""Examples of sign-in, sessions, tokens and members."""

from __future__ import annotations

from api.openapi.examples import EARLIER, LATER, PROJECT_ID, TOMORROW, Json

PRINCIPAL_ID = "01890a5e-2c33-7b74-8c86-5e6f70819203"
ME: Json = {
    "principal_id": PRINCIPAL_ID,
    "name": "Ana",
    "login": "ana",
    "method": "session",
    "roles": ["admin", "approver"],
    "projects": {},
    "scopes": ["admin", "decide", "read", "run"],
    "project_id": None,
    "permissions": ["admin", "decide", "read", "run"],
    "project_permissions": {},
    "is_exposed": False,
}
METHODS: Json = {"password": True, "provider": "login.example.org"}
SESSION: Json = {
    "session_id": "01890a5e-3d44-7c85-9d97-6f7081920314",
    "agent": "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
    "is_current": True,
    "created_at": EARLIER,
    "last_seen_at": LATER,
    "expires_at": TOMORROW,
}
TOKEN: Json = {
    "token_id": "01890a5e-4e55-7d96-8ea8-708192031425",
    "name": "nightly build",
    "scopes": ["read", "run"],
    "project_id": None,
    "created_at": EARLIER,
    "last_used_at": LATER,
    "expires_at": TOMORROW,
}
NEW_TOKEN: Json = TOKEN | {"last_used_at": None, "token": "bay_iD5kq3..."}
LINK: Json = {"path": "/sign-in#code=bay_iD5kq3...", "code": "bay_iD5kq3..."}
TICKET: Json = {"ticket": "bay_iD5kq3..."}
GROUPS: Json = {"principal_id": PRINCIPAL_ID, "groups": ["security"]}
_ANA: Json = {"principal_id": PRINCIPAL_ID, "name": "Ana", "kind": "person"}
PERSON: Json = _ANA | {"login": "ana", "roles": ["approver"], "is_disabled": False, "groups": ["security"]}
MEMBER: Json = _ANA | {"roles": ["approver", "operator"], "since": EARLIER}
GROUP: Json = {
    "name": "security",
    "created_by": "Ben",
    "created_at": EARLIER,
    "members": [_ANA | {"sources": ["botarmy"]}],
    "projects": [{"project_id": PROJECT_ID, "name": "URL shortener", "roles": ["approver", "viewer"]}],
}
GROUP_IN_PROJECT: Json = {"name": "security", "roles": ["approver", "viewer"], "members": 3, "since": EARLIER}
AUTH_EVENT: Json = {
    "event_id": "01890a5e-5f66-7ea7-9fb9-819203142536",
    "kind": "roles_changed",
    "actor": "Ben",
    "actor_id": "01890a5e-6a77-7fb8-8caa-920314253647",
    "principal_id": PRINCIPAL_ID,
    "name": "Ana",
    "address": "203.0.113.7",
    "data": {"roles": ["approver"]},
    "created_at": EARLIER,
}
