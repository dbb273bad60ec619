"""The name of a brief."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.brief import read


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("# A thing\n", "A thing"),
        ("Words first.\n\n## Then a heading ##\n# Another\n", "Then a heading"),
        ("---\n# a comment in the front matter\nrehearsal: {}\n---\n# Real\n", "Real"),
        ("```sh\n# not a heading\n```\n# Heading\n", "Heading"),
        ("\ufeff# With a mark\n", "With a mark"),
        ("#hashtag\nno heading\n", "the brief"),
        ("# " + "x" * 300, "x" * 255),
        ("# a\x1b[31mb\n", "a␛[31mb"),
    ],
)
def test_the_name_is_the_first_heading_else_that_of_the_file(text: str, name: str, tmp_path: Path) -> None:
    file = tmp_path / "the brief.md"
    file.write_text(text)
    assert read(str(file), None).name == name
    assert read(str(file), "Given").name == "Given"
