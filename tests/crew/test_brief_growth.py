"""Reading takes time linear in the brief, whatever is in it: one brief must not keep a worker busy."""

# ruff: noqa: E501 - pieces of briefs, in a long list
import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator

import pytest

from crew import reading
from crew.reading.selection import select

SHORT = (
    *" \n\t.a1(){}[]*_`~<>|:;=+-#@/\\,?!'v不、",
    "a ",
    "- ",
    "* ",
    "a. ",
    "~a ",
    "<a ",
    "<a>",
    "(a)",
    "%%",
    "1.1",
    "FR1",
    "not ",
)
PIECES = (
    " ", "\n", "\t", "a", "a ", ". ", "a. ", "a.\n", "A) a\n", "(", ")", "(a ", "[", "![", "[](", "]", "*", "**", "*a _b ", "_", "`",
    "~", "~a ", "~~", "~~a ~~b ", "<", "<a ", "<p>", "<li ", "<li>", "</li>\n", "<table ", "<table>", "<table><tr ",
    "<table><tr><td ", "<tr><td>", "<summary>", "<details>", "</details>\n", "<template>", "<div hidden>", "<!-- ", "<!-- a -->",
    "{/* ", "%%", "%% a ", "[//]: # (", "```\n", "```a\n", "= ", "== a\n", "h1. a\n", "# FR-1 x\n", "### aa bb\n", "**a**\n\n",
    "**FR-1 a**\n\nb\n\n", "REQ\n\n", "a b:\n", ":\n", "a\n: b\n", "- a b c\n", "- a\n  - b c d\n", "- Out of scope ", "- a? ",
    "• x\n", "❌ x\n", "1. Introduction\n", "1.1 Scope\n", "2.1 a\n", "II. Scope\n", "一、背景\n", "一、", "|", "|a", "|a|b|\n|-|-|\n",
    "|a|b|\n", "|-", "||a", "+--+\n|a |\n", "+-", "a\tb\n", "a,b\n", "\"a", "=== === \na   b\n", "|===\n|a\n", "** a\n", "{|\n|-\n",
    "> ", "- ", "Scenario: a\n Given b\n", "Risk: ", "not ", "We will not build ", "v2 ", "must ", "e.g. ", "?", "不", "需求、", "&amp;", "[a]: b\n",
    "Introduction ..... 1\n", "\\", "---\n", "FR-1 ", "FR1", "1.1", "a: ", "a - ",
    "{panel}\n", "{info:title=a}\n", "{panel:a=b|", "<ac:structured-macro ac:name=\"status\">", "<ac:parameter ac:name=\"title\">a</ac:parameter>",
    "Feature: a\n", "Feature: a\nExamples:\n|a|\n", "ID,\"a\n", "ID,a\n", "ID," + "a," * 30 + "b\n", ".. list-table::\n * - a\n", "a:: b\n", "; but ",
    "a; b is out of scope; ", "[NOTE]\n====\n", " 1.1 a\n", "> a\nA\n", "no a, ", "a &", "a: &a [*a]\n", "{|a\n", "FR-1 a\nScope\n",
)  # fmt: skip
FRAMES = ("{}", "# T\n\n## Requirements\n\n- a {}b", "a <b>x</b>{}- b", "h1. a{}<")


def _seconds(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started


def _grows_too_fast(run: Callable[[int], object], size: int, fast_enough: float) -> bool:
    """Return whether four times the input takes much more than four times as long, in each of three measurements."""
    if _seconds(lambda: run(size)) < fast_enough:
        return False
    return all(_seconds(lambda: run(4 * size)) > 7 * _seconds(lambda: run(size)) for _ in range(3))


@pytest.mark.long
@pytest.mark.parametrize("frame", FRAMES)
def test_a_brief_is_read_in_linear_time(frame: str) -> None:
    slow = [
        piece
        for piece in PIECES
        if _grows_too_fast(lambda n, piece=piece: select(frame.replace("{}", (piece * n)[:n])), 3_000, 0.1)  # type: ignore[misc]
    ]
    assert slow == []


@pytest.mark.long
def test_wide_tables_are_read_in_linear_time() -> None:
    def table(size: int) -> None:
        columns = size // 8
        select("|" + "a|" * columns + "\n|" + "-|" * columns + "\n" + "|x\n" * columns)

    assert not _grows_too_fast(table, 4_000, 0.1)


@pytest.mark.long
def test_every_pattern_matches_in_linear_time() -> None:
    slow = []
    for name, pattern in _patterns():
        for piece in SHORT:
            for frame in ("{}", "- a{}<", "({}\nx"):

                def search(
                    size: int, pattern: re.Pattern[str] = pattern, text: str = frame, piece: str = piece
                ) -> None:
                    pattern.search(text.replace("{}", (piece * size)[:size]))

                if _grows_too_fast(search, 3_000, 0.01):
                    slow.append((name, frame, piece))
    assert slow == []


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for module in pkgutil.iter_modules(reading.__path__):
        loaded = importlib.import_module(f"{reading.__name__}.{module.name}")
        for name, value in vars(loaded).items():
            if isinstance(value, re.Pattern):
                yield f"{module.name}.{name}", value
            elif isinstance(value, list):
                for each in value:
                    if isinstance(each, tuple) and isinstance(each[0], re.Pattern):
                        yield f"{module.name}.{name}", each[0]
