"""The settings of the worker: steps, the sandbox, and what it does by itself."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class WorkerSettings(BaseModel):
    worker_steps: int = Field(default=1000, ge=1, description="Agent steps that one worker process runs concurrently.")
    worker_drain_seconds: float = Field(
        default=60,
        ge=0,
        description="Seconds that running steps have to finish when a worker stops. They ask no model any more; a call "
        "that takes longer is cut off and booked in full.",
    )
    test_seconds: float = Field(
        default=30,
        gt=0,
        description="Seconds that the unit tests of a package may run in the sandbox, two thirds of them as processor "
        "time; acceptance tests may run four times as long.",
    )
    sandbox: Literal["require", "allow-unconfined"] = Field(
        default="require",
        description="If code by a person or a model cannot be confined: refuse to run it (`require`), or run it "
        "(`allow-unconfined`).",
    )
    sweep_seconds: float = Field(
        default=5,
        gt=0,
        description="Seconds between checks for projects and tasks that were committed but never started.",
    )
    retention_days: float | None = Field(
        default=None,
        gt=0,
        le=36500,
        description="Days after which a project that has ended, and not changed since, is removed for good, with all "
        "that belongs to it, unless it is marked to be kept (`botarmy keep`). Without it, nothing is removed.",
    )
    audit_retention_days: float | None = Field(
        default=None,
        gt=0,
        le=36500,
        description="Days after which an entry of the audit log is removed for good. Without it, all are kept.",
    )
    rehearsal_step_seconds: float = Field(
        default=0, ge=0, le=86400, description="Seconds that a rehearsal step takes, unless the brief sets it."
    )
