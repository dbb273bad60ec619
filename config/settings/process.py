"""The settings of any process: metrics, traces, connections and logs."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class ProcessSettings(BaseModel):
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Port on which the worker serves its metrics for Prometheus; 0 serves none. The API serves its own "
        "at `/metrics`.",
    )
    metrics_host: str = Field(
        default="127.0.0.1",
        description="Address on which the worker serves its metrics. On another one than loopback, everyone who "
        "reaches it can read them.",
    )

    trace_content: bool = Field(
        default=False,
        description="Whether exported traces contain prompts, responses, and the arguments and results of tools.",
    )

    database_pool: int = Field(default=10, ge=1, description="PostgreSQL connections that one process may open.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Lowest level that is logged: DEBUG, INFO, WARNING or ERROR."
    )
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="json, console, or auto (JSON unless the log goes to a terminal)."
    )
