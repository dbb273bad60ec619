"""Unified diffs in bounded time, whatever the texts.

The standard library's difflib can take minutes for a megabyte of repetitive lines, and libgit2 for lines with colliding
hashes (docs/decisions/0013). This is Myers' algorithm ("An O(ND) Difference Algorithm and Its Variations", 1986) with a
budget: texts too different for it are shown as replaced from the first difference to the last. Lines that only one text
has cannot be kept, and are removed before the search.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

CONTEXT = 3
STEPS = 1_000_000
"""The most that one comparison may take: about half a second."""
STEPS_PER_SET = 4 * STEPS
"""The most that the comparisons of all files of a set may take together."""

Lines = Sequence[str]


@dataclass(frozen=True, slots=True)
class Change:
    """Lines `start` to `end` of the old text became lines `new_start` to `new_end` of the new; ends are exclusive."""

    start: int
    end: int
    new_start: int
    new_end: int


@dataclass(slots=True)
class Budget:
    """The steps left to several comparisons."""

    left: int


def diff_files(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return the diff of two sets of files, file by file, sorted by path."""
    parts, budget = [], Budget(STEPS_PER_SET)
    for path in sorted(before.keys() | after.keys()):
        old_name = f"a/{path}" if path in before else "/dev/null"
        new_name = f"b/{path}" if path in after else "/dev/null"
        parts.append(diff_texts(before.get(path, ""), after.get(path, ""), old_name, new_name, budget))
    return "".join(parts)


def diff_texts(before: str, after: str, old_name: str, new_name: str, budget: Budget | None = None) -> str:
    """Return the unified diff of two texts, or an empty string if they are equal."""
    a, b = _split_lines(before), _split_lines(after)
    hunks = "".join(_format_hunk(a, b, group) for group in _group_changes(find_changes(a, b, budget)))
    return f"--- {old_name}\n+++ {new_name}\n{hunks}" if hunks else ""


def _split_lines(text: str) -> Lines:
    """Return the lines with their newlines. str.splitlines would also split at form feeds and others."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def find_changes(a: Lines, b: Lines, budget: Budget | None = None) -> list[Change]:
    """Return the changes that make `b` from `a`, in order; the fewest lines, if the budget allows."""
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end, new_end = len(a), len(b)
    while min(end, new_end) > start and a[end - 1] == b[new_end - 1]:
        end, new_end = end - 1, new_end - 1
    matches = _find_matches(a[start:end], b[start:new_end], budget or Budget(STEPS))
    changes, at, new_at = [], start, start
    for x, y in [*((start + x, start + y) for x, y in matches), (end, new_end)]:
        if x > at or y > new_at:
            changes.append(Change(at, x, new_at, y))
        at, new_at = x + 1, y + 1
    return changes


def _find_matches(a: Lines, b: Lines, budget: Budget) -> list[tuple[int, int]]:
    """Return pairs of indices of the lines that both texts keep, in order; none if the budget does not suffice."""
    in_a, in_b = set(a), set(b)
    xs = [x for x, line in enumerate(a) if line in in_b]
    ys = [y for y, line in enumerate(b) if line in in_a]
    if not xs:
        return []
    matches, spent = _longest_common([a[x] for x in xs], [b[y] for y in ys], min(STEPS, budget.left))
    budget.left -= spent
    return [(xs[x], ys[y]) for x, y in matches]


def _longest_common(a: Lines, b: Lines, max_steps: int) -> tuple[list[tuple[int, int]], int]:
    """Return the longest common subsequence, or nothing if it takes more steps; and the steps taken."""
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
                return _backtrack(trace, n, m), spent
        if spent > max_steps:
            break
    return [], spent


def _backtrack(trace: Sequence[Sequence[int]], x: int, y: int) -> list[tuple[int, int]]:
    matches = []
    for d in range(len(trace) - 1, -1, -1):
        reach, k = trace[d], x - y
        middle = d + 1
        down = k == -d or (k != d and reach[middle + k - 1] < reach[middle + k + 1])
        previous = k + 1 if down else k - 1
        from_x = reach[middle + previous] if d else 0
        from_y = from_x - previous if d else 0
        while x > from_x and y > from_y:
            x, y = x - 1, y - 1
            matches.append((x, y))
        x, y = from_x, from_y
    return matches[::-1]


def _group_changes(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Yield the changes in groups whose contexts touch: one group is one hunk."""
    group: list[Change] = []
    for change in changes:
        if group and change.start - group[-1].end > 2 * CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _format_hunk(a: Lines, b: Lines, group: Sequence[Change]) -> str:
    lead = min(CONTEXT, group[0].start)
    start, new_start = group[0].start - lead, group[0].new_start - lead
    trail = min(CONTEXT, len(a) - group[-1].end)
    end, new_end = group[-1].end + trail, group[-1].new_end + trail
    parts, at = [f"@@ -{_format_range(start, end)} +{_format_range(new_start, new_end)} @@\n"], start
    for change in group:
        parts.extend(_prefix(" ", a[at : change.start]))
        parts.extend(_prefix("-", a[change.start : change.end]))
        parts.extend(_prefix("+", b[change.new_start : change.new_end]))
        at = change.end
    parts.extend(_prefix(" ", a[at:end]))
    return "".join(parts)


def _prefix(mark: str, lines: Lines) -> Iterator[str]:
    for line in lines:
        yield f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"


def _format_range(start: int, end: int) -> str:
    """Return a hunk's range: counted from 1, or the line before it if it is empty; a length of 1 is omitted."""
    length = end - start
    first = start + 1 if length else start
    return str(first) if length == 1 else f"{first},{length}"
