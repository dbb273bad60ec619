""".env.example and the table of docs/operations.md match the settings in the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from dotenv import dotenv_values

from config.provider_keys import ADDRESSES, KEYS
from config.settings import Settings
from tests.checkout import CHECKOUT
from tests.docs.settings_pages import EXAMPLE, FIELDS, PAGE, with_settings, with_table


@pytest.fixture(autouse=True)
def _no_settings_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FIELDS:
        monkeypatch.delenv(name, raising=False)


def uncommented(tmp_path: Path) -> Path:
    """Write the example with every setting uncommented to a file."""
    file = tmp_path / ".env"
    file.write_text(re.sub(r"^#(?=[A-Z_]+=)", "", EXAMPLE.read_text(), flags=re.MULTILINE))
    return file


def test_the_example_lists_every_setting_with_its_default_and_every_variable_of_a_provider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = uncommented(tmp_path)
    assert sorted(dotenv_values(file)) == sorted([*FIELDS, *KEYS, *ADDRESSES])
    monkeypatch.chdir(CHECKOUT)
    example, default = Settings(_env_file=file), Settings(_env_file=None)
    assert example.model_dump() == default.model_dump()


def test_the_unchanged_example_sets_nothing() -> None:
    assert dotenv_values(EXAMPLE) == {}


def test_the_descriptions_are_those_of_the_code() -> None:
    example, page = EXAMPLE.read_text(), PAGE.read_text()
    assert with_settings(example) == example, "run `.venv/bin/python -m tests.docs`"
    assert with_table(page) == page, "run `.venv/bin/python -m tests.docs`"
