"""The crew that asks language models. The only package that imports pydantic_ai, which takes a second: the worker
imports it when the first project of this crew needs an agent, and the API never does."""

from __future__ import annotations

from config.settings import Settings
from crew.model.crew import ModelCrew


def create(settings: Settings) -> ModelCrew:
    """Return the crew with the settings of this process."""
    return ModelCrew(settings)
