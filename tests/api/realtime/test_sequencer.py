"""The order, whatever arrives and however: dropped, doubled, late, made up."""

from __future__ import annotations

from collections.abc import Sequence as Listed

from hypothesis import given
from hypothesis import strategies as st

from api.realtime.sequencer import EventSequencer

PAGE = 3


class Client:
    """What a socket does with a sequence, without the socket: it reads the log, in small pages, while behind."""

    def __init__(self, hold: int) -> None:
        self.sequence = EventSequencer(hold)
        self.given: list[int] = []

    def give(self, texts: Listed[str]) -> None:
        self.given += [int(text) for text in texts]

    def read_page(self, head: int) -> None:
        assert self.sequence.last is not None
        target = self.sequence.target
        page = range(self.sequence.last + 1, min(head, self.sequence.last + PAGE) + 1)
        for seq in page:
            self.give(self.sequence.take(seq, str(seq)))
        if not page:
            self.sequence.exhausted(target)


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[int, list[int]]:
    """A log's head, and what is heard of it: each number any number of times, in any order."""
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
    heard: tuple[int, list[int]], since: int, hold: int, false_numbers: list[int], reads: set[int]
) -> None:
    head, numbers = heard
    since = min(since, head)
    client = Client(hold)
    start_at = len(numbers) // 2
    for position, seq in enumerate(numbers):
        if position == start_at:
            client.give(client.sequence.start(since, head))
        client.give(client.sequence.take(seq, str(seq)))
        if position in reads and client.sequence.behind:
            client.read_page(head)
    if client.sequence.last is None:
        client.give(client.sequence.start(since, head))
    for number in false_numbers:
        client.sequence.expect(number)
    client.sequence.expect(head)
    for _ in range(100):
        if not client.sequence.behind:
            break
        client.read_page(head)
    assert not client.sequence.behind
    assert client.given == list(range(since + 1, head + 1))


def test_what_is_heard_before_the_start_is_not_lost() -> None:
    sequence = EventSequencer(hold=10)
    assert sequence.take(4, "4") == []
    assert sequence.take(3, "3") == []
    assert sequence.start(2, head=3) == ["3", "4"]
    assert not sequence.behind


def test_a_late_event_lets_out_the_one_that_overtook_it_without_the_log() -> None:
    sequence = EventSequencer(hold=10)
    sequence.start(0, head=0)
    assert sequence.take(2, "2") == []
    assert sequence.behind
    assert sequence.take(1, "1") == ["1", "2"]
    assert not sequence.behind


def test_more_than_it_may_hold_is_left_to_the_log() -> None:
    sequence = EventSequencer(hold=2)
    sequence.start(0, head=0)
    for seq in (2, 3, 4, 5):
        assert sequence.take(seq, str(seq)) == []
    assert sequence.take(1, "1") == ["1", "2", "3"]
    assert sequence.behind
    assert sequence.take(4, "4") == ["4"]
    assert sequence.take(5, "5") == ["5"]
    assert not sequence.behind


def test_a_number_that_the_log_does_not_have_is_forgotten() -> None:
    sequence = EventSequencer(hold=2)
    sequence.start(5, head=5)
    sequence.expect(2**62)
    target = sequence.target
    assert sequence.behind
    sequence.exhausted(target)
    assert not sequence.behind
    assert sequence.take(6, "6") == ["6"]


def test_what_became_known_while_the_log_was_read_is_not_forgotten() -> None:
    sequence = EventSequencer(hold=2)
    sequence.start(5, head=7)
    target = sequence.target
    sequence.take(9, "9")
    sequence.exhausted(target)
    assert sequence.behind
