"""Comments of the page's JavaScript are plain English, with rules beyond those of all prose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.checkout import CHECKOUT

COMMENT = re.compile(r"/\*\*.*?\*/|(?:^|(?<=\s))//[^\n]*(?:\n\s*//[^\n]*)*", re.DOTALL | re.MULTILINE)
MARKS = re.compile(r"^\s*(?:/\*\*|\*/|\*|//)|\*/$", re.MULTILINE)

NOT_IN_COMMENTS = {
    r"\bwhere\b": "if; for a place, a noun",
    r"\bat hand\b": "in memory, available",
    r"\bhand(s|ed)? (it )?on\b": "passed, delivered",
    r"(?<!back and )\bforth\b": "forward",
    r"\bout of sight\b": "off screen",
}


def comments(source: str) -> Iterator[tuple[int, str]]:
    """Each comment of a JavaScript source on one line, with the number of the line where it begins."""
    for match in COMMENT.finditer(source):
        yield source.count("\n", 0, match.start()) + 1, " ".join(MARKS.sub(" ", match[0]).split())


def test_each_comment_of_a_source_is_read() -> None:
    source = '/**\n * First\n * line.\n */\nconst url = "http://x/*"; // after code\n// two\n// lines\n'
    assert list(comments(source)) == [(1, "First line."), (5, "after code two lines")]


def test_no_comment_of_the_page_has_a_phrase_that_a_native_engineer_would_not_write() -> None:
    found = [
        f"{path.relative_to(CHECKOUT)}:{line}: {match[0]!r}: write {instead!r}"
        for path in sorted((CHECKOUT / "web/js").rglob("*.js"))
        for line, text in comments(path.read_text())
        for pattern, instead in NOT_IN_COMMENTS.items()
        if (match := re.search(pattern, text, re.IGNORECASE))
    ]
    assert not found, "\n".join(found)
