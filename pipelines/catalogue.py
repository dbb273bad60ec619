"""The pipelines that can be run: YAML files, checked when they are loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from models.contracts.contract import storable
from models.contracts.pipeline import Pipeline
from pipelines.yaml_files import YamlError, read_yaml

SHIPPED = Path(__file__).resolve().parent

ENDING = ".yaml"
MAX_PROBLEMS = 50
MAX_TOLD = 300
"""Characters of a problem."""


class PipelineError(Exception):
    """A pipeline file breaks rules; each problem names the stage and the rule, and the message the file as well."""

    def __init__(self, file: str, problems: list[str]) -> None:
        self.file = storable(file)
        self.problems = [storable(one)[:MAX_TOLD] for one in problems[:MAX_PROBLEMS]]
        super().__init__(f"{self.file}: {'; '.join(self.problems)}")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file, or a folder, that is no part of the catalogue, and why."""

    file: str
    problems: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name that its pipeline would have had."""
        return Path(self.file).stem


class Catalogue(dict[str, Pipeline]):
    """The pipelines that can be run, by name; `left_out` are the files that cannot."""

    def __init__(self) -> None:
        super().__init__()
        self.left_out: list[LeftOut] = []


def load_pipeline(path: Path) -> Pipeline:
    """Read and check one file. Its name, without `.yaml`, is the pipeline's name.

    Raises:
        PipelineError: the file cannot be read or breaks rules.
    """
    try:
        content = read_yaml(path)
    except YamlError as error:
        raise PipelineError(path.name, error.problems) from None
    if path.suffix != ENDING:
        raise PipelineError(path.name, [f"the name of its file should end with {ENDING}"])
    if not isinstance(content, dict):
        raise PipelineError(path.name, ["should be a mapping with `description` and `stages`"])
    if content.get("name", path.stem) != path.stem:
        raise PipelineError(path.name, [f"name: should be that of the file, {path.stem!r}, or be left out"])
    try:
        return Pipeline.model_validate({"name": path.stem, **content}, extra="forbid")
    except ValidationError as error:
        problems = [
            _place(content, problem["loc"]) + problem["msg"].removeprefix("Value error, ") for problem in error.errors()
        ]
        raise PipelineError(path.name, problems) from None


def load_catalogue(*folders: Path) -> Catalogue:
    """Every pipeline of the folders, by name; a later folder's pipeline takes the place of an earlier one's.

    A file that cannot be read or breaks a rule is left out, and so is the earlier one whose place it takes: a project
    should not run with fewer gates than its owner wrote. A folder that cannot be read is left out, too.
    """
    catalogue = Catalogue()
    for folder in folders:
        try:
            paths = pipeline_files(folder)
        except OSError as error:
            catalogue.left_out.append(LeftOut(str(folder), (f"it cannot be read: {error.strerror or error}",)))
            continue
        for path in paths:
            try:
                catalogue[path.stem] = load_pipeline(path)
            except PipelineError as error:
                catalogue.left_out.append(LeftOut(error.file, tuple(error.problems)))
                catalogue.pop(path.stem, None)
    return catalogue


def pipeline_files(folder: Path) -> list[Path]:
    """The files of a folder that are meant as pipelines, in the order of their names; raises OSError."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in (ENDING, ".yml") and path.stem[:1] != ".")


def _place(content: dict[str, object], location: tuple[int | str, ...]) -> str:
    """Where a problem is, in the reader's terms: `stage 'build', gate.ask: `."""
    words = list(location)
    stages = content.get("stages")
    if len(words) >= 2 and words[0] == "stages" and isinstance(words[1], int) and isinstance(stages, list):
        stage = stages[words[1]]
        name = stage.get("name", words[1] + 1) if isinstance(stage, dict) else words[1] + 1
        words[:2] = [f"stage {name!r}"[:100]]
    return ", ".join(filter(None, (str(words[0]), ".".join(map(str, words[1:]))))) + ": " if words else ""
