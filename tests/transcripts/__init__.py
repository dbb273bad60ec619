"""Transcripts of each role's step, each with everything that its agent was given. The scripted provider answered: no
model did. `python -m tests.transcripts record` records them again."""

from __future__ import annotations

from pathlib import Path

from models.contracts.recording import Recording

FOLDER = Path(__file__).parent


def committed() -> list[Path]:
    """Return the recordings that must replay, by stage and role."""
    return sorted(FOLDER.glob("*.json"))


def load(path: Path) -> Recording:
    return Recording.model_validate_json(path.read_bytes())
