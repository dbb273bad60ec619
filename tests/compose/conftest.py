from __future__ import annotations

from pathlib import Path

import pytest

from tests.compose.compose_under_test import make_secrets


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that `make secrets` creates."""
    folder = tmp_path_factory.mktemp("compose") / "secrets"
    make_secrets(folder)
    return folder
