"""The order of events, with dropped, repeated, late and false arrivals."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from api.realtime.sequencer import EventSequencer

PAGE = 3


class Client:
    """Does what a subscription does, without a socket: it reads the log, in small pages, while behind."""

    def __init__(self, max_held: int) -> None:
        self.sequencer = EventSequencer(max_held)
        self.received: list[int] = []

    def receive(self, texts: Sequence[str]) -> None:
        self.received += [int(text) for text in texts]

    def read_page(self, head: int) -> None:
        assert self.sequencer.last is not None
        target = self.sequencer.target
        page = range(self.sequencer.last + 1, min(head, self.sequencer.last + PAGE) + 1)
        for seq in page:
            self.receive(self.sequencer.push(seq, str(seq)))
        if not page:
            self.sequencer.log_exhausted(target)


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[int, list[int]]:
    """Return a log's head and the numbers that arrive: each any number of times, in any order."""
    head = draw(st.integers(0, 30))
    return head, draw(st.lists(st.integers(1, head), max_size=60)) if head else []


@given(
    arrivals(),
    st.integers(0, 30),
    st.integers(0, 5),
    st.lists(st.integers(0, 60), max_size=5),
    st.sets(st.integers(0, 60)),
)
def test_a_client_gets_every_number_once_and_in_order(
    arrived: tuple[int, list[int]], since: int, max_held: int, false_numbers: list[int], reads: set[int]
) -> None:
    head, numbers = arrived
    since = min(since, head)
    client = Client(max_held)
    start_at = len(numbers) // 2
    for position, seq in enumerate(numbers):
        if position == start_at:
            client.receive(client.sequencer.start(since, head))
        client.receive(client.sequencer.push(seq, str(seq)))
        if position in reads and client.sequencer.is_behind:
            client.read_page(head)
    if client.sequencer.last is None:
        client.receive(client.sequencer.start(since, head))
    for number in false_numbers:
        client.sequencer.raise_target(number)
    client.sequencer.raise_target(head)
    for _ in range(100):
        if not client.sequencer.is_behind:
            break
        client.read_page(head)
    assert not client.sequencer.is_behind
    assert client.received == list(range(since + 1, head + 1))


def test_events_before_the_start_are_not_lost() -> None:
    sequencer = EventSequencer(max_held=10)
    assert sequencer.push(4, "4") == []
    assert sequencer.push(3, "3") == []
    assert sequencer.start(2, head=3) == ["3", "4"]
    assert not sequencer.is_behind


def test_a_late_event_releases_the_one_that_overtook_it() -> None:
    sequencer = EventSequencer(max_held=10)
    sequencer.start(0, head=0)
    assert sequencer.push(2, "2") == []
    assert sequencer.is_behind
    assert sequencer.push(1, "1") == ["1", "2"]
    assert not sequencer.is_behind


def test_events_over_the_limit_are_left_to_the_log() -> None:
    sequencer = EventSequencer(max_held=2)
    sequencer.start(0, head=0)
    for seq in (2, 3, 4, 5):
        assert sequencer.push(seq, str(seq)) == []
    assert sequencer.push(1, "1") == ["1", "2", "3"]
    assert sequencer.is_behind
    assert sequencer.push(4, "4") == ["4"]
    assert sequencer.push(5, "5") == ["5"]
    assert not sequencer.is_behind


def test_a_number_that_the_log_does_not_have_is_dropped() -> None:
    sequencer = EventSequencer(max_held=2)
    sequencer.start(5, head=5)
    sequencer.raise_target(2**62)
    target = sequencer.target
    assert sequencer.is_behind
    sequencer.log_exhausted(target)
    assert not sequencer.is_behind
    assert sequencer.push(6, "6") == ["6"]


def test_a_number_that_arrived_while_the_log_was_read_is_kept() -> None:
    sequencer = EventSequencer(max_held=2)
    sequencer.start(5, head=7)
    target = sequencer.target
    sequencer.push(9, "9")
    sequencer.log_exhausted(target)
    assert sequencer.is_behind
