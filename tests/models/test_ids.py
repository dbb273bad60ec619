"""Ids are UUIDv7: in order of time, and the same again for the same moment and entropy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.contracts.ids import uuid7

MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC))
ENTROPY = st.integers(0, 2**74 - 1)


@given(MOMENTS, ENTROPY)
def test_an_id_has_the_version_and_variant_of_rfc_9562_and_carries_its_moment(moment: datetime, entropy: int) -> None:
    made = uuid7(moment, entropy)

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == int(moment.timestamp() * 1000)
    assert made == uuid7(moment, entropy)


@given(MOMENTS, ENTROPY, ENTROPY)
def test_ids_sort_by_their_moments(moment: datetime, one: int, another: int) -> None:
    assert uuid7(moment, one) < uuid7(moment + timedelta(milliseconds=2), another)


@given(MOMENTS, ENTROPY, ENTROPY)
def test_other_entropy_is_another_id(moment: datetime, one: int, another: int) -> None:
    assert (uuid7(moment, one) == uuid7(moment, another)) == (one == another)
