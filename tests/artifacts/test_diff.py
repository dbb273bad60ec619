"""Diffs are correct, minimal within the budget, and bounded in time."""

from __future__ import annotations

import random
import time

from hypothesis import given
from hypothesis import strategies as st

from artifacts.diff import diff_files, diff_texts, find_changes

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=25)


def longest_common(a: list[str], b: list[str]) -> int:
    lengths = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for x, line in enumerate(a):
        for y, other in enumerate(b):
            longer = max(lengths[x][y + 1], lengths[x + 1][y])
            lengths[x + 1][y + 1] = lengths[x][y] + 1 if line == other else longer
    return lengths[-1][-1]


@given(LINES, LINES)
def test_the_changes_turn_one_text_into_the_other_and_are_minimal(a: list[str], b: list[str]) -> None:
    result, at, cost = [], 0, 0
    for change in find_changes(a, b):
        result += a[at : change.start] + b[change.new_start : change.new_end]
        at = change.end
        cost += change.end - change.start + change.new_end - change.new_start
    assert result + a[at:] == b
    assert cost == len(a) + len(b) - 2 * longest_common(a, b)


def test_changes_far_apart_are_separate_hunks() -> None:
    before = "".join(f"{number}\n" for number in range(30))
    after = before.replace("3\n4\n", "3\nfour\n", 1).replace("25\n", "")
    assert diff_texts(before, after, "old", "new") == (
        "--- old\n+++ new\n"
        "@@ -2,7 +2,7 @@\n 1\n 2\n 3\n-4\n+four\n 5\n 6\n 7\n"
        "@@ -23,7 +23,6 @@\n 22\n 23\n 24\n-25\n 26\n 27\n 28\n"
    )


def test_only_a_newline_ends_a_line() -> None:
    assert diff_texts("a\fb\u2028c\r\n", "a\fb\u2028C\r\n", "old", "new") == (
        "--- old\n+++ new\n@@ -1 +1 @@\n-a\fb\u2028c\r\n+a\fb\u2028C\r\n"
    )


def test_very_different_texts_are_quickly_shown_as_replaced() -> None:
    before, after = ["".join(f"{number * step % 89}\n" for number in range(100_000)) for step in (31, 57)]
    started = time.process_time()
    lines = diff_texts(before, after, "old", "new").splitlines()
    assert time.process_time() - started < 30
    assert len([line for line in lines if line.startswith("-")]) > 90_000


def test_new_lines_do_not_use_up_the_budget() -> None:
    before = [f"{number}\n" for number in range(10_000)]
    after = [f"new {line}" if number % 2 else line for number, line in enumerate(before)]
    assert len(find_changes(before, after)) == 5_000


def test_the_files_of_a_set_share_a_budget() -> None:
    """Each alone would take half a second."""
    rng = random.Random(7)
    lines = [f"{number}\n" for number in range(1_200)]
    before = {f"{number:03}.py": "".join(lines) for number in range(100)}
    after = {path: "".join(rng.sample(lines, len(lines))) for path in before}
    started = time.process_time()
    text = diff_files(before, after)
    assert time.process_time() - started < 15
    assert text.count("--- a/") == 100
