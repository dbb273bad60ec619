"""Commands that are suggested to the user can be pasted into a shell."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from cli.client import address
from cli.commands.options import ApiTarget
from cli.errors import NoApiError

FOLDER = Path("100% n\u00e9'w $x")


def test_an_address_is_suggested_without_its_password() -> None:
    assert ApiTarget("http://h:1", None).as_arguments() == " --api http://h:1"
    assert ApiTarget("http://bob:hunter2@h", None).as_arguments() == " --api 'http://bob:***@h'"


def test_a_data_directory_is_quoted(tmp_path: Path) -> None:
    assert shlex.split(ApiTarget(None, FOLDER).as_arguments()) == ["--data-dir", str(FOLDER)]
    with pytest.raises(NoApiError) as error:
        address.find_api(None, tmp_path / FOLDER)
    assert shlex.split(str(error.value).rpartition("with: ")[2]) == [
        "botarmy",
        "up",
        "--data-dir",
        str(tmp_path / FOLDER),
    ]
