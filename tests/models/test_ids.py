"""The ids that workflows generate are UUIDv7 and reproducible."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from models.contracts.ids import derive_uuid7

IDS = st.builds(lambda number: UUID(int=number), st.integers(0, 2**128 - 1))


@given(IDS, st.text(st.characters(codec="utf-8")))
def test_a_derived_id_is_of_version_7_and_has_the_timestamp_of_its_origin(of: UUID, name: str) -> None:
    made = derive_uuid7(of, name)

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == of.int >> 80
    assert made == derive_uuid7(of, name)


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_different_names_have_different_ids(one: str, another: str) -> None:
    project = uuid7()

    assert (derive_uuid7(project, one) == derive_uuid7(project, another)) == (one == another)
