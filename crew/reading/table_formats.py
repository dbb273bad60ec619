"""Converts tables of other formats to Markdown tables: grids, reST, AsciiDoc, Jira, MediaWiki, tabs, CSV, and rows of
pipes without a rule below the header."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator

from crew.reading.table_columns import names_columns

_GRID_RULE = re.compile(r"^\s*\+[-=+]{2,}\s*$")
_REST_RULE = re.compile(r"^={2,}(?: +={2,})+\s*$")
_PIPE_RULE = re.compile(r"^[ |:-]*-[ |:-]*$")

Rows = list[list[str]]


def as_pipe_tables(lines: list[str]) -> Iterator[str]:
    """Yield the lines, with tables of other formats as Markdown tables. Each line is looked at a few times at most."""
    at = 0
    while at < len(lines):
        for reads in _FORMATS:
            found = reads(lines, at)
            if found is not None:
                rows, at = found
                yield from _markdown(rows)
                break
        else:
            end = _end(lines, at, lambda line: line.lstrip().startswith("|"))
            yield from lines[at : max(end, at + 1)]
            at = max(end, at + 1)


def _markdown(rows: Rows) -> Iterator[str]:
    rows = [row for row in rows if any(row)]
    if not rows:
        return
    width = max(map(len, rows))
    if not names_columns(rows[0]):
        rows.insert(0, [""] * width)
    yield ""
    for index, row in enumerate(rows):
        cells = [*row, *("" for _ in range(min(width, 24) - len(row)))]
        yield f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |"
        if index == 0:
            yield "|" + "---|" * width
    yield ""


def _end(lines: list[str], at: int, belongs: Callable[[str], bool]) -> int:
    while at < len(lines) and belongs(lines[at]):
        at += 1
    return at


def _cells(line: str, mark: str = "|") -> list[str]:
    line = line.strip()
    line = line.removeprefix(mark).removesuffix(mark)
    return [cell.strip() for cell in line.split(mark)]


def _grid(lines: list[str], at: int) -> tuple[Rows, int] | None:
    if not _GRID_RULE.match(lines[at]):
        return None
    end = _end(lines, at, lambda line: line.lstrip()[:1] in ("+", "|") and bool(line.strip()))
    rows: Rows = [[]]
    # With no rules but those around the header and the body, each line of the body is a row.
    one_line_rows = sum(line.lstrip().startswith("+") for line in lines[at:end]) <= _RULES_OF_A_PLAIN_GRID
    for line in lines[at:end]:
        if line.lstrip().startswith("+"):
            rows.append([])
            continue
        cells = _cells(line)
        if one_line_rows and cells[0] and rows[-1]:
            rows.append([])
        row = rows[-1]
        row.extend("" for _ in range(len(cells) - len(row)))
        for index, cell in enumerate(cells):
            row[index] = f"{row[index]} {cell}".strip()
    return rows, end


def _rest(lines: list[str], at: int) -> tuple[Rows, int] | None:
    """A simple table of reST, whose columns are where the rules are."""
    if not _REST_RULE.match(lines[at]):
        return None
    end = _end(lines, at, lambda line: bool(line.strip()))
    starts = [match.start() for match in re.finditer("=+", lines[at])][:24]
    spans = list(zip(starts, [*starts[1:], None], strict=True))
    rows = [[line[a:b].strip() for a, b in spans] for line in lines[at:end] if not _REST_RULE.match(line)]
    return rows, end


def _asciidoc(lines: list[str], at: int) -> tuple[Rows, int] | None:
    if lines[at].strip() != "|===":
        return None
    end = _end(lines, at + 1, lambda line: line.strip() != "|===")
    body = [_cells(line.rstrip() + "|") for line in lines[at + 1 : end] if line.lstrip().startswith("|")]
    width = max(len(body[0]), 1) if body else 1
    cells = [cell for row in body for cell in row]
    return [cells[start : start + width] for start in range(0, len(cells), width)], end + 1


def _mediawiki(lines: list[str], at: int) -> tuple[Rows, int] | None:
    if not lines[at].startswith("{|"):
        return None
    end = _end(lines, at + 1, lambda line: bool(line.strip()) and not line.startswith(("|}", "{|", "=", "#")))
    rows: Rows = [[]]
    for line in lines[at + 1 : end]:
        if line.startswith("|-"):
            rows.append([])
        elif line[:1] in ("|", "!"):
            rows[-1].extend(cell.strip() for cell in re.split(r"\|\||!!", line[1:]))
        elif rows[-1]:
            rows[-1][-1] += f" {line.strip()}"
    return None if not any(rows) else (rows, end + any(line.startswith("|}") for line in lines[end : end + 1]))


def _list_table(lines: list[str], at: int) -> tuple[Rows, int] | None:
    """A table of reST that is a list of lists, below its title."""
    if at == 0 or not lines[at - 1].startswith(".. list-table::"):
        return None
    end = _end(lines, at, lambda line: not line.strip() or line[0].isspace())
    rows: Rows = []
    for line in filter(None, map(str.strip, lines[at:end])):
        if line.startswith("* - "):
            rows.append([line[4:]])
        elif rows and line.startswith("- "):
            rows[-1].append(line[2:])
        elif rows:
            rows[-1][-1] += f" {line}"
    return (rows, end) if rows else None


def _jira(lines: list[str], at: int) -> tuple[Rows, int] | None:
    if not lines[at].startswith("||"):
        return None
    end = _end(lines, at + 1, lambda line: line.startswith("|"))
    return [_cells(lines[at], "||"), *map(_cells, lines[at + 1 : end])], end


def _unruled(lines: list[str], at: int) -> tuple[Rows, int] | None:
    if not _is_row(lines[at]):
        return None
    end = _end(lines, at, _is_row)
    if end - at < _MIN_ROWS or _PIPE_RULE.match(lines[at + 1].strip()):
        return None
    return [_cells(line) for line in lines[at:end]], end


def _is_row(line: str) -> bool:
    line = line.strip()
    return len(line) > _MIN_ROWS and line.startswith("|") and line.endswith("|") and line.count("|") > _MIN_ROWS


def _bare_pipes(lines: list[str], at: int) -> tuple[Rows, int] | None:
    """Rows without pipes at the ends, and without a rule below the header."""
    columns = lines[at].count(" | ")
    if lines[at].lstrip().startswith("|") or not columns or not names_columns(lines[at].split(" | ")):
        return None
    end = _end(lines, at, lambda line: line.count(" | ") == columns)
    return ([line.split(" | ") for line in lines[at:end]], end) if end - at >= _MIN_ROWS else None


def _tabs(lines: list[str], at: int) -> tuple[Rows, int] | None:
    columns = lines[at].strip().count("\t")
    if not columns or not names_columns(lines[at].strip().split("\t")):
        return None
    end = _end(lines, at, lambda line: bool(line.strip()) and 0 < line.count("\t") <= columns)
    return ([line.split("\t") for line in lines[at:end]], end) if end - at >= _MIN_ROWS else None


def _csv(lines: list[str], at: int) -> tuple[Rows, int] | None:
    for mark in (",", ";"):
        columns = _split(lines[at], mark)
        if len(columns) < _MIN_ROWS or not all(columns):
            continue
        if not names_columns(columns, with_label=f"{mark} " in lines[at], widest=_MAX_EXPORTED):
            continue
        rows, end = _records(lines, at, mark, len(columns))
        if len(rows) >= _MIN_ROWS:
            return _without_empty_columns(rows), end
    return None


def _records(lines: list[str], at: int, mark: str, width: int) -> tuple[Rows, int]:
    """Return the records from a line on, and where they end. A cell in quotes may have several lines."""
    rows: Rows = []
    while at < len(lines):
        end = at + 1
        record = lines[at]
        while record.count('"') % 2 and end < len(lines) and len(record) <= _MAX_LINE:
            record += "\n" + lines[end]
            end += 1
        if len(row := _split(record, mark)) != width:
            break
        rows.append(row)
        at = end
    return rows, at


def _without_empty_columns(rows: Rows) -> Rows:
    filled = [at for at in range(len(rows[0])) if any(row[at] for row in rows[1:])]
    return [[row[at] for at in filled] for row in rows]


def _split(line: str, mark: str) -> list[str]:
    if mark not in line or len(line) > _MAX_LINE:
        return []
    try:
        return [
            cell.strip()
            for cell in next(csv.reader(line.splitlines(keepends=True), delimiter=mark, skipinitialspace=True), [])
        ]
    except csv.Error:
        return []


_RULES_OF_A_PLAIN_GRID = 3
_MIN_ROWS = 2
_MAX_LINE = 8_000
_MAX_EXPORTED = 400
"""Columns of a tracker's export, most of them empty."""
_FORMATS = (_grid, _rest, _list_table, _asciidoc, _mediawiki, _jira, _unruled, _bare_pipes, _tabs, _csv)
