"""The settings of projects and their gates."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field

from config.setting_values import SigningSeed


class ProjectSettings(BaseModel):
    respond_wait_seconds: float = Field(
        default=2,
        ge=0,
        description="Seconds that a response to a gate waits for its outcome before the API answers 202.",
    )
    signing_key: SigningSeed | None = Field(
        default=None,
        repr=False,
        description="The key with which the API signs what people decide, as 64 hexadecimal digits; workers need "
        "none. `up` generates one. Without one, each API process uses a key of its own while it runs.",
    )
    pipelines_dir: Path | None = Field(
        default=None,
        description="Folder with more pipelines, which override shipped ones of the same name. Invalid files are "
        "skipped and reported.",
    )

    checkpoint_after: int = Field(
        default=10,
        ge=0,
        description="Gates that may pass without a person before the next one asks, whatever the oversight says; 0 is "
        "never. New projects keep the value that they start with.",
    )
