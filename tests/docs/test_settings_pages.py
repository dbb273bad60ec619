""".env.example and the table of docs/operations.md match the settings in the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from dotenv import dotenv_values

from config.settings import Settings
from tests.docs.pages import CHECKOUT, read, rows, section

EXAMPLE = CHECKOUT / ".env.example"
NAMES = [str(field.validation_alias or f"BOTARMY_{name.upper()}") for name, field in Settings.model_fields.items()]
NONE = {name for name, field in Settings.model_fields.items() if field.default is None}
"""Settings without a default, which a line cannot express: the example contains a usable value."""


@pytest.fixture(autouse=True)
def _no_settings_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def uncommented(tmp_path: Path) -> Path:
    """Write the example with every setting uncommented to a file."""
    file = tmp_path / ".env"
    file.write_text(re.sub(r"^#(?=[A-Z_]+=)", "", EXAMPLE.read_text(), flags=re.MULTILINE))
    return file


def test_the_example_lists_every_setting_with_its_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = uncommented(tmp_path)
    assert sorted(dotenv_values(file)) == sorted(NAMES)
    monkeypatch.chdir(CHECKOUT)
    example, default = Settings(_env_file=file), Settings(_env_file=None)
    assert example.model_dump() == default.model_dump()


def test_the_unchanged_example_sets_nothing() -> None:
    assert dotenv_values(EXAMPLE) == {}


def test_the_example_explains_each_setting_in_one_line() -> None:
    lines = EXAMPLE.read_text().splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#[A-Z_]+=", line):
            assert lines[number - 1].startswith("# "), line
            assert not lines[number - 2].startswith("# "), line


def test_the_table_lists_every_setting_with_its_default(tmp_path: Path) -> None:
    table = rows(section(read("docs/operations.md"), "Settings"))
    documented = {name.strip("`"): default.strip("`") for name, default, _ in table}
    example = {name: value or "none" for name, value in dotenv_values(uncommented(tmp_path)).items()}
    example |= {f"BOTARMY_{name.upper()}": "none" for name in NONE}
    assert documented == example
