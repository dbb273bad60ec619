"""A signature of a response covers everything that it decides."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from models.contracts.approvals import Voter
from models.contracts.budget import Budget
from models.contracts.enums import HitlAction
from models.contracts.hitl import HitlResponse, Signature
from store import signatures
from tests.signing import KEY, signed

RESPONSE = HitlResponse(
    request_id=UUID(int=1),
    decision_id=UUID(int=2),
    action=HitlAction.APPROVE,
    comment="Gr\u00fc\u00dfe \U0001f600",
    raise_by=Budget(usd=0.1),
    raise_from=Budget(usd=1.0),
    responder="Maya",
    subject_hash="a" * 64,
    voter=Voter(principal_id=UUID(int=4), name="Maya"),
    responded_at=datetime(2026, 1, 1, 12, 0, 0, 123456, UTC),
)
POINTS_OF_SMALL_ORDER = [
    "0" * 64,
    "0" * 62 + "80",
    "01" + "0" * 62,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ec" + "f" * 60 + "7f",
]
OTHERS: dict[str, Any] = {
    "request_id": UUID(int=3),
    "decision_id": UUID(int=3),
    "action": HitlAction.AMEND,
    "comment": "Gr\u00fcsse",
    "content_hash": "b" * 64,
    "artifact_id": UUID(int=3),
    "redo": "plan",
    "raise_by": Budget(usd=0.2),
    "raise_from": Budget(usd=2.0),
    "without_asking": True,
    "responder": "Jonas",
    "responded_at": datetime(2026, 1, 1, 12, 0, 0, 123457, UTC),
    "subject_hash": "b" * 64,
    "voter": Voter(principal_id=UUID(int=4), name="Maya", is_administrator=True),
}


def test_no_field_can_be_changed() -> None:
    """A field that is added to responses belongs here."""
    assert OTHERS.keys() == HitlResponse.model_fields.keys() - {"signature"}
    signature = signed(RESPONSE).signature
    assert signature is not None
    assert signatures.is_valid(RESPONSE, signature)
    for name, other in OTHERS.items():
        for value in {repr(each): each for each in (other, None)}.values():
            changed = RESPONSE.model_copy(update={name: value})
            if changed != RESPONSE and not (name == "without_asking" and value is None):
                assert not signatures.is_valid(changed, signature), (name, value)


def test_it_survives_temporal() -> None:
    sent = signed(RESPONSE)
    received = HitlResponse.model_validate_json(sent.model_dump_json())
    assert received == sent
    assert received.signature is not None
    assert signatures.is_valid(received, received.signature)


@pytest.mark.parametrize("key", [*POINTS_OF_SMALL_ORDER, "f" * 64, signatures.public_key(KEY)])
@pytest.mark.parametrize("value", ["0" * 128, "01" + "0" * 126, "01" + "0" * 61 + "8" + "0" * 64])
def test_a_signature_that_is_none_is_not_valid_for_any_response(key: str, value: str) -> None:
    for number in range(50):
        response = RESPONSE.model_copy(update={"decision_id": UUID(int=number)})
        assert not signatures.is_valid(response, Signature(key=key, value=value))
