"""The settings of the embedded servers of `botarmy up`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field


class EmbeddedSettings(BaseModel):
    data_dir: Path = Field(default=Path(".botarmy"), description="Where `botarmy up` keeps its state.")
    temporal_synchronous: Literal["NORMAL", "FULL"] = Field(
        default="NORMAL",
        description="SQLite's synchronous mode in the embedded Temporal: NORMAL survives crashes, FULL also power "
        "cuts, at half the speed.",
    )
