"""Unified diffs that end in time, whatever they are given.

The standard library's difflib can take minutes for a megabyte of repetitive lines. This is Myers' algorithm ("An O(ND)
Difference Algorithm and Its Variations", 1986) with a budget: texts that differ too much for it are shown as replaced
from the first difference to the last. Lines that only one of the texts has cannot be kept, and are left out beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

CONTEXT = 3
STEPS = 1_000_000
"""What one comparison may take: about half a second."""
STEPS_OF_A_SET = 4 * STEPS
"""What the comparisons of all files of a set may take together."""

Lines = Sequence[str]


@dataclass(frozen=True, slots=True)
class Change:
    """Lines `start` to `end` of one text became lines `new_start` to `new_end` of the other; ends are exclusive."""

    start: int
    end: int
    new_start: int
    new_end: int


@dataclass(slots=True)
class Budget:
    """The steps that are left to several comparisons."""

    left: int


def diff_of_files(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The diff of two sets of files, file by file in the order of their paths."""
    parts, budget = [], Budget(STEPS_OF_A_SET)
    for path in sorted(before.keys() | after.keys()):
        old = f"a/{path}" if path in before else "/dev/null"
        new = f"b/{path}" if path in after else "/dev/null"
        parts.append(diff(before.get(path, ""), after.get(path, ""), old, new, budget))
    return "".join(parts)


def diff(before: str, after: str, old: str, new: str, budget: Budget | None = None) -> str:
    """The unified diff of two texts, under the names `old` and `new`; empty where they are the same."""
    a, b = _lines(before), _lines(after)
    hunks = "".join(_hunk(a, b, one) for one in _near_each_other(changes(a, b, budget)))
    return f"--- {old}\n+++ {new}\n{hunks}" if hunks else ""


def _lines(text: str) -> Lines:
    """The lines with their ends; not splitlines, for which a form feed ends a line, too."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def changes(a: Lines, b: Lines, budget: Budget | None = None) -> list[Change]:
    """What has to change, in order, to make `b` of `a`; the least of it, where the budget allows."""
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end, new_end = len(a), len(b)
    while min(end, new_end) > start and a[end - 1] == b[new_end - 1]:
        end, new_end = end - 1, new_end - 1
    kept = _kept(a[start:end], b[start:new_end], budget or Budget(STEPS))
    found, at, new_at = [], start, start
    for x, y in [*((start + x, start + y) for x, y in kept), (end, new_end)]:
        if x > at or y > new_at:
            found.append(Change(at, x, new_at, y))
        at, new_at = x + 1, y + 1
    return found


def _kept(a: Lines, b: Lines, budget: Budget) -> list[tuple[int, int]]:
    """Which lines of `a` are which lines of `b`, in order; none where finding them costs more than the budget."""
    of_a, of_b = set(a), set(b)
    xs = [x for x, line in enumerate(a) if line in of_b]
    ys = [y for y, line in enumerate(b) if line in of_a]
    if not xs:
        return []
    steps = min(STEPS, budget.left)
    found, spent = _matched([a[x] for x in xs], [b[y] for y in ys], steps)
    budget.left -= spent
    return [(xs[x], ys[y]) for x, y in found]


def _matched(a: Lines, b: Lines, steps: int) -> tuple[list[tuple[int, int]], int]:
    """The longest common part, or nothing where it takes more steps; and how many it took."""
    n, m, spent = len(a), len(b), 0
    middle = n + m + 1
    reach = [0] * (2 * middle + 1)  # how far into `a` each diagonal was followed
    trace: list[list[int]] = []
    for d in range(n + m + 1):
        trace.append(reach[middle - d - 1 : middle + d + 2])
        for k in range(-d, d + 1, 2):
            down = k == -d or (k != d and reach[middle + k - 1] < reach[middle + k + 1])
            x = reach[middle + k + 1] if down else reach[middle + k - 1] + 1
            first = x
            while x < n and x - k < m and a[x] == b[x - k]:
                x += 1
            spent += 1 + x - first
            reach[middle + k] = x
            if x >= n and x - k >= m:
                return _way_back(trace, n, m), spent
        if spent > steps:
            break
    return [], spent


def _way_back(trace: Sequence[Sequence[int]], x: int, y: int) -> list[tuple[int, int]]:
    kept = []
    for d in range(len(trace) - 1, -1, -1):
        reach, k = trace[d], x - y
        middle = d + 1
        down = k == -d or (k != d and reach[middle + k - 1] < reach[middle + k + 1])
        before = k + 1 if down else k - 1
        from_x = reach[middle + before] if d else 0
        from_y = from_x - before if d else 0
        while x > from_x and y > from_y:
            x, y = x - 1, y - 1
            kept.append((x, y))
        x, y = from_x, from_y
    return kept[::-1]


def _near_each_other(changed: Sequence[Change]) -> Iterator[list[Change]]:
    """The changes in groups whose contexts touch."""
    group: list[Change] = []
    for one in changed:
        if group and one.start - group[-1].end > 2 * CONTEXT:
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _hunk(a: Lines, b: Lines, group: Sequence[Change]) -> str:
    lead = min(CONTEXT, group[0].start)
    start, new_start = group[0].start - lead, group[0].new_start - lead
    trail = min(CONTEXT, len(a) - group[-1].end)
    end, new_end = group[-1].end + trail, group[-1].new_end + trail
    parts, at = [f"@@ -{_range(start, end)} +{_range(new_start, new_end)} @@\n"], start
    for one in group:
        parts.extend(_marked(" ", a[at : one.start]))
        parts.extend(_marked("-", a[one.start : one.end]))
        parts.extend(_marked("+", b[one.new_start : one.new_end]))
        at = one.end
    parts.extend(_marked(" ", a[at:end]))
    return "".join(parts)


def _marked(mark: str, lines: Lines) -> Iterator[str]:
    for line in lines:
        yield f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"


def _range(start: int, end: int) -> str:
    """A hunk's range: from 1, or the line before it where it is empty; a length of 1 is left out."""
    length = end - start
    first = start + 1 if length else start
    return str(first) if length == 1 else f"{first},{length}"
