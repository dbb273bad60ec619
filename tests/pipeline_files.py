"""Pipelines of a test, in a folder of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from config.settings import Settings


def with_pipelines(
    settings: Settings, folders: pytest.TempPathFactory, pipelines: Mapping[str, str], **changes: Any
) -> Settings:
    """Return the settings with these pipelines, as YAML by name, in addition to the shipped ones."""
    folder = folders.mktemp("pipelines")
    for name, content in pipelines.items():
        (folder / f"{name}.yaml").write_text(content)
    return settings.model_copy(update={"pipelines_dir": folder} | changes)
