"""The pipelines that can be run: YAML files, checked when they are loaded."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from models.contracts.pipeline import Pipeline

SHIPPED = Path(__file__).resolve().parent.parent / "pipelines"


class PipelineError(Exception):
    """A pipeline file breaks a rule; the message names the file, the stage and the rule."""


def load_pipeline(path: Path) -> Pipeline:
    """Read and check one file. Its name, without `.yaml`, is the pipeline's name.

    Raises:
        PipelineError: the file cannot be read or breaks a rule.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PipelineError(f"{path.name}: {error}") from None
    if not isinstance(content, dict):
        raise PipelineError(f"{path.name}: should be a mapping with `description` and `stages`")
    try:
        return Pipeline.model_validate({"name": path.stem, **content})
    except ValidationError as error:
        problems = "; ".join(
            _place(content, problem["loc"]) + problem["msg"].removeprefix("Value error, ") for problem in error.errors()
        )
        raise PipelineError(f"{path.name}: {problems}") from None


def load_catalogue(*folders: Path) -> dict[str, Pipeline]:
    """Every pipeline of the folders, by name; a later folder's pipeline takes the place of an earlier one's.

    Raises:
        PipelineError: one of the files breaks a rule.
    """
    paths = [path for folder in folders for path in sorted(folder.glob("*.yaml"))]
    return {path.stem: load_pipeline(path) for path in paths}


def _place(content: dict[str, object], location: tuple[int | str, ...]) -> str:
    """Where a problem is, in the reader's terms: `stage 'build', gate.ask: `."""
    words = list(location)
    stages = content.get("stages")
    if len(words) >= 2 and words[0] == "stages" and isinstance(words[1], int) and isinstance(stages, list):
        stage = stages[words[1]]
        name = stage.get("name", words[1] + 1) if isinstance(stage, dict) else words[1] + 1
        words[:2] = [f"stage {name!r}"]
    return ", ".join(filter(None, (str(words[0]), ".".join(map(str, words[1:]))))) + ": " if words else ""
