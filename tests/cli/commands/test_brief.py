"""Briefs are named by their title, and refused if they cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.commands.brief import Brief, read
from cli.errors import UsageError


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("# A thing\n", "A thing"),
        ("Words first.\n\n## Then a heading ##\n", "Then a heading"),
        ("Words first.\n\n## Then a heading ##\n# Another\n", "Another"),
        ("---\ntitle: 'Recipe box'\n---\n# Goals\n\n# Requirements\n", "Recipe box"),
        ("# Overview\n\n# Core features\n", "the brief"),
        ("---\n# a comment in the front matter\nrehearsal: {}\n---\n# Real\n", "Real"),
        ("---\r\n# no\r\n---\r\n# Real\r\n", "Real"),
        ("```sh\n# not a heading\n```\n# Heading\n", "Heading"),
        ("\ufeff# With a mark\n", "With a mark"),
        ("#hashtag\nno heading\n", "the brief"),
        ("# " + "x" * 300, "x" * 255),
        ("# a\x1b[31mb\n", "a␛[31mb"),
    ],
)
def test_the_name_is_the_title_else_that_of_the_file(text: str, name: str, tmp_path: Path) -> None:
    file = tmp_path / "the brief.md"
    file.write_text(text, newline="")
    assert read(str(file), None).name == name
    assert read(str(file), "Given").name == "Given"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"# A\n" + b"x" * 2**20, "larger than"),
        (b"{\\rtf1 A}", "brief.md is RTF, the format of a word processor: save it as plain text or Markdown"),
        (b"%PDF-1.7", "brief.md is PDF: save it as plain text or Markdown"),
        (b"# A\n\x00", "NUL"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "not text in UTF-8"),
        (b"\xff\xfe#\x00 \x00\x00\xd8", "UTF-16"),
        (b"\xff\xfe#", "UTF-16"),
    ],
)
def test_an_unusable_brief_is_refused_with_the_reason(content: bytes, error: str, tmp_path: Path) -> None:
    (tmp_path / "brief.md").write_bytes(content)
    with pytest.raises(UsageError, match=error):
        read(str(tmp_path / "brief.md"), None)


def test_a_brief_in_utf_16_is_read(tmp_path: Path) -> None:
    file = tmp_path / "brief.md"
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        file.write_bytes("# Toll röad\r\n\r\n- Cars pay\r\n".encode(encoding))
        assert read(str(file), None) == Brief("Toll röad", "# Toll röad\r\n\r\n- Cars pay\r\n")


def test_an_invalid_file_or_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="directory"):
        read(str(tmp_path), None)
    with pytest.raises(UsageError, match="larger than"):
        read("/dev/zero", None)
    (tmp_path / "brief.md").write_text("# A")
    for name in (" ", "n" * 256, "a\x00b"):
        with pytest.raises(UsageError, match="the name"):
            read(str(tmp_path / "brief.md"), name)
