"""Prose in code and docs is plain English: phrases that a native engineer would not write are not used again."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.checkout import CHECKOUT

BANNED = {
    r"\btold\b(?! apart\b)": "is notified, is informed, receives",
    r"(?<![`-])\bstand(s|ing)?\b(?! (in )?for\b)(?!-)": "is, remains; is on hold, makes no progress",
    # A stored transcript has the descriptions of tools, which begin with a capital.
    r"\b(?-i:hand(s|ed|ing)?) (it )?back\b": "submits",
    r"\bdone again\b": "repeated",
    r"\bonce more\b": "again",
    r"\b(goes|went|go) on( by itself)?\b(?! (the|to)\b)": "continues",
    r"\ball the same\b": "still",
    r"\bis away\b|\bare away\b|\bwere away\b|\bwas away\b": "is unavailable",
    r"\bby then\b": "until then, or leave it out",
    r"\bwhat (came|comes|becomes|became) of\b": "the outcome of",
    r"\bcalled off\b|\bcall(s|ing)? off\b": "cancelled",
    r"\bhears? of\b": "receives, learns",
    r"\bfor ever\b": "forever",
    r"\bno more than\b": "at most",
    r"\banew\b|\bafresh\b": "again",
    r"\bso many\b": "how many",
    r"\bwhoever\b|\bwhomever\b": "the person: a caller, a client, an operator",
    r"\bput off\b": "postponed",
    r"\bat work\b": "running",
    r"\btaken up again\b": "resumed",
    r"\bwritten down\b|\bwrites? down\b|\bwrote down\b": "recorded",
    r"\blet in\b": "admitted",
    r"\bgives\b": "returns",
    r"\b(?-i:(None|False|True) where)\b": "if",
    r"\btaken for\b": "mistaken for, considered",
    r"\bto and fro\b": "back and forth",
    r"\bput back\b": "restored",
    r"\b(goes|went) on\b": "continues, is resumed",
    r"\bnobody knows\b(?! which)": "is unknown",
    r"\bif it is another\b": "if this is wrong",
    r"\bsays the\b(?! verdict itself)": "states the, decides the",  # except in a schema that transcripts pin
    r"\bcarri(es|ed) through\b": "run through",
}
"""A pattern of what is not written, with what is written instead."""

_ANY = re.compile("|".join(BANNED), re.IGNORECASE)

SKIPPED = (
    "docs/proof.md",  # what a run printed
    "evals/briefs/",  # customers' words
    "examples/",
    "migrations/versions/",
    "tests/crew/briefs/",
    "api/page/mermaid/",
    "tests/histories/",
    "tests/releases/",
)


def prose() -> Iterator[tuple[str, str]]:
    """Each piece of prose in the repository, with where it is."""
    tracked = subprocess.run(["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    for name in tracked.stdout.splitlines():
        path = CHECKOUT / name
        if name.startswith(SKIPPED) or path == Path(__file__) or not path.is_file():
            continue
        if name.endswith((".md", ".yaml", ".yml")):
            yield from _paragraphs(name, path.read_text())
        elif name.endswith(".js"):
            yield from _paragraphs(name, "\n\n".join(_JS_PROSE.findall(path.read_text())))
        elif name.endswith(".py"):
            yield from ((f"{name}:{line}", text) for line, text in _prose_of(path.read_text()))
        elif name == "Makefile" or path.read_bytes().startswith(b"#!/bin/sh"):
            yield from _paragraphs(name, "\n\n".join(_SHELL_COMMENTS.findall(path.read_text())))


_JS_PROSE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`', re.DOTALL)
"""Comments and strings."""
_SHELL_COMMENTS = re.compile(r"(?:^[^\n]*#.*\n)+", re.MULTILINE)
_MARK = re.compile(r"^\s*(?:#|//|\*|/\*\*?)", re.MULTILINE)


def _paragraphs(name: str, text: str) -> Iterator[tuple[str, str]]:
    for number, paragraph in enumerate(text.split("\n\n"), 1):
        yield f"{name}, paragraph {number}", _MARK.sub("", paragraph)


# Python's own tokenizer takes seconds. Strings are matched too, so that a # in one begins no comment.
_PYTHON_COMMENT = re.compile(
    r'''("""|\'\'\')(?:\\.|.)*?\1|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(?P<comment>#[^\n]*)''', re.DOTALL
)


def _prose_of(source: str) -> Iterator[tuple[int, str]]:
    for match in _PYTHON_COMMENT.finditer(source):
        if match["comment"]:
            yield source.count("\n", 0, match.start()) + 1, match["comment"]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value


def test_no_phrase_is_used_that_a_native_engineer_would_not_write() -> None:
    found = [
        f"{where}: {match[0]!r}: write {instead!r}"
        for where, text in prose()
        if _ANY.search(line := " ".join(text.split()))
        for pattern, instead in BANNED.items()
        if (match := re.search(pattern, line, re.IGNORECASE))
    ]
    assert not found, "\n".join(found)
