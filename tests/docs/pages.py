"""Reads the documentation pages: headings, links, fenced blocks, tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from tests.checkout import CHECKOUT

PAGES = [
    *(CHECKOUT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((CHECKOUT / "docs").rglob("*.md")),
]


@dataclass(frozen=True)
class Block:
    """A fenced block; `info` is the text after its backticks."""

    info: str
    text: str


def name_of(page: Path) -> str:
    return str(page.relative_to(CHECKOUT))


def read(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[Block]:
    return [Block(token.info, token.content) for token in MarkdownIt().parse(text) if token.type == "fence"]


def block(name: str, info: str) -> str:
    """Return the only fenced block of a page with this info string."""
    (found,) = [each.text for each in blocks(read(name)) if each.info == info]
    return found


def code(text: str) -> list[str]:
    """Return the code spans outside fenced blocks."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return [part.content for token in tokens for part in token.children or () if part.type == "code_inline"]


def links(text: str) -> list[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return [str(part.attrs["href"]) for token in tokens for part in token.children or () if part.type == "link_open"]


def anchors(text: str) -> set[str]:
    """Return the anchors of the headings, as GitHub generates them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(text: str, heading: str) -> str:
    """Return the text under a heading, up to the next heading of its level or above."""
    found = re.search(rf"^(#+) {re.escape(heading)}\n", text, re.MULTILINE)
    assert found, f"no heading {heading!r}"
    level = len(found[1])
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{level}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text: str) -> list[list[str]]:
    """Return the cells of all table rows, without headers."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heads = {number - 1 for number, line in enumerate(lines) if re.fullmatch(r"[|\-: ]+", line)}
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for number, line in enumerate(lines)
        if number not in heads and number - 1 not in heads
    ]
