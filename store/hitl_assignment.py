"""Which HITL requests are assigned to whom, as conditions for `hitl.find`."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, false, literal, or_
from sqlalchemy.dialects.postgresql import JSONB

from models.contracts.approvals import Approver
from models.tables import HITL_REQUEST

_POLICY = HITL_REQUEST.c.approvals

UNASSIGNED: ColumnElement[bool] = or_(_POLICY.is_(None), _POLICY["from"] == literal([], JSONB))


def assigned_to(approvers: Collection[Approver]) -> ColumnElement[bool]:
    """Return that a request is assigned to one of these people and groups."""
    named = ({"from": [approver.model_dump(exclude_none=True)]} for approver in approvers)
    return or_(false(), *(_POLICY.contains(one) for one in named))
