"""Events, durations and sizes in words."""

from __future__ import annotations

import pytest

from cli.client.shapes import Event
from cli.views.wording import describe, duration, size
from models.contracts.enums import EventType

WITHOUT_A_LINE = {EventType.AGENT_STATUS_CHANGE}
"""Types that the terminal does not print: the events of the tasks say the same."""


@pytest.mark.parametrize("event_type", EventType)
def test_every_event_type_has_a_line_except_those_named(event_type: EventType) -> None:
    line = describe(Event(event_type=event_type, data={"stage": "build"}))
    assert (line is None) is (event_type in WITHOUT_A_LINE)


def test_an_unknown_event_type_has_no_line() -> None:
    assert describe(Event(event_type="of_a_later_version")) is None


def test_sizes_and_durations_have_readable_units() -> None:
    assert [size(count) for count in (0, 1023, 1024, 1536, 2**20, 256 * 2**20)] == [
        "0 B", "1023 B", "1 KiB", "1.5 KiB", "1 MiB", "256 MiB",
    ]  # fmt: skip
    assert [duration(seconds) for seconds in (None, 0, 61.9, 3600, 7384)] == ["", "0:00", "1:01", "1h00m", "2h03m"]
