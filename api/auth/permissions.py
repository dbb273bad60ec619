"""What each endpoint needs. A new one needs an entry here, or nobody may use it.

PUBLIC              nobody has to sign in; what costs anything has a limit of its own, which no other traffic uses up
SIGNED_IN           anybody who is signed in; lists contain what they may see
OWN                 anybody who is signed in, but not with a limited token: it would see or end what is its owner's
AUDIT               an auditor or an administrator of all projects
CHECKED             anybody who is signed in; the endpoint itself checks what its body names
Project(...)        a permission in the project that the path names, directly or by a record of it
Instance(...)       a permission in all projects
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from models.contracts.identity import Permission


class Open(Enum):
    """Needs that are no permission."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"
    OWN = "signed in, without limits"
    AUDIT = "auditors and administrators"
    CHECKED = "checked by the endpoint"


@dataclass(frozen=True, slots=True)
class Project:
    permission: Permission


@dataclass(frozen=True, slots=True)
class Instance:
    permission: Permission


Need = Open | Project | Instance

_READ, _RUN = Project(Permission.READ), Project(Permission.RUN)
_DECIDE, _ADMIN = Project(Permission.DECIDE), Project(Permission.ADMIN)

NEEDS: dict[str, Need] = {
    # What a project is, and what is in it.
    "get_project": _READ,
    "get_project_status": _READ,
    "get_project_overview": _READ,
    "list_decisions": _READ,
    "list_events": _READ,
    "export_project": _READ,
    "get_project_budget": _READ,
    "get_project_usage": _READ,
    "list_project_agents": _READ,
    "list_artifacts": _READ,
    "list_project_requests": _READ,
    "list_context": _READ,
    "get_retry_choices": _READ,
    "get_workflow": _READ,
    "get_task": _READ,
    "get_transcript": _READ,
    "get_recording": _READ,
    "get_artifact": _READ,
    "get_artifact_diff": _READ,
    "list_files": _READ,
    "get_content": _READ,
    "get_request": _READ,
    "get_eligibility": _READ,
    "list_members": _READ,
    "list_project_groups": _READ,
    # Its course.
    "create_task": _RUN,
    "pause_project": _RUN,
    "resume_project": _RUN,
    "cancel_project": _RUN,
    "restart_project": _RUN,
    "end_project": _RUN,
    "restart_task": _RUN,
    "end_task": _RUN,
    "retry_project": _RUN,
    "create_artifact": _RUN,
    "give_context": _RUN,
    "withdraw_context": _RUN,
    "update_project": _RUN,
    # Its gates.
    "respond": _DECIDE,
    "extend_deadline": _DECIDE,
    # Its configuration.
    "set_project_budget": _ADMIN,
    "forget_project": _ADMIN,
    "set_member": _ADMIN,
    "remove_member": _ADMIN,
    "set_project_group": _ADMIN,
    "remove_project_group": _ADMIN,
    # Of the whole installation.
    "create_project": Instance(Permission.RUN),
    "add_person": Instance(Permission.ADMIN),
    "list_groups": Instance(Permission.READ),
    "create_group": Instance(Permission.ADMIN),
    "remove_group": Instance(Permission.ADMIN),
    "remove_group_by_path": Instance(Permission.ADMIN),
    "add_to_group": Instance(Permission.ADMIN),
    "take_from_group": Instance(Permission.ADMIN),
    "list_people": Instance(Permission.READ),
    "create_persons_link": Instance(Permission.ADMIN),
    "change_person": Instance(Permission.ADMIN),
    "list_auth_events": Open.AUDIT,
    "set_account": Instance(Permission.ADMIN),
    "list_projects": Open.SIGNED_IN,
    "count_projects": Open.SIGNED_IN,
    "find_ids": Open.SIGNED_IN,
    "list_pending_requests": Open.SIGNED_IN,
    "list_budgets": Open.SIGNED_IN,
    "list_stops": Open.SIGNED_IN,
    "list_workflow_problems": Open.SIGNED_IN,
    "list_pipelines": Open.SIGNED_IN,
    "get_pipeline": Open.SIGNED_IN,
    "get_estimate": Open.SIGNED_IN,
    "list_agents": Open.SIGNED_IN,
    "list_providers": Open.SIGNED_IN,
    "create_stop": Open.CHECKED,
    "get_stop": Open.CHECKED,
    "release_stop": Open.CHECKED,
    # One's own.
    "sign_in": Open.PUBLIC,
    "list_sign_in_methods": Open.PUBLIC,
    "log_in": Open.PUBLIC,
    "change_password": Open.OWN,
    "get_me": Open.SIGNED_IN,
    "sign_out": Open.SIGNED_IN,
    "list_sessions": Open.OWN,
    "end_session": Open.OWN,
    "list_tokens": Open.OWN,
    "create_token": Open.OWN,
    "revoke_token": Open.SIGNED_IN,  # a limited token may revoke itself, which the endpoint checks
    "create_link": Open.OWN,
    "create_ticket": Open.SIGNED_IN,
}
