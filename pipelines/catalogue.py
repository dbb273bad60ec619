"""The catalogue of pipelines: YAML files that are checked when they are loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from models.contracts.contract import storable
from models.contracts.names import BuiltInArtifact
from models.contracts.pipeline import Pipeline, Stage
from models.contracts.roles import Writes
from pipelines.yaml_files import YamlError, read_yaml

SHIPPED = Path(__file__).resolve().parent

SUFFIX = ".yaml"
MAX_PROBLEMS = 50
MAX_PROBLEM = 300
"""Characters of a problem."""

_ALONE = (BuiltInArtifact.SOURCE_CODE, BuiltInArtifact.ACCEPTANCE_TESTS, BuiltInArtifact.TEST_RESULTS)
"""What the coder and the tester write: it is checked as a whole, and nothing else comes out of the same step."""
_DELIVERY = (BuiltInArtifact.DEPLOYMENT_PACKAGE, BuiltInArtifact.DEPLOYMENT_LOG)
"""What the deployer writes."""


class PipelineError(Exception):
    """A pipeline file is invalid. Each problem names the stage and the rule; the message also names the file."""

    def __init__(self, file: str, problems: list[str]) -> None:
        self.file = storable(file)
        self.problems = [storable(one)[:MAX_PROBLEM] for one in problems[:MAX_PROBLEMS]]
        super().__init__(f"{self.file}: {'; '.join(self.problems)}")


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file or folder that is not part of the catalogue, and why."""

    file: str
    problems: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name that its pipeline would have."""
        return Path(self.file).stem


class Catalogue(dict[str, Pipeline]):
    """The valid pipelines by name. `left_out` are the files that are invalid."""

    def __init__(self) -> None:
        super().__init__()
        self.left_out: list[SkippedFile] = []


def load_pipeline(path: Path) -> Pipeline:
    """Read and check one file. Its name, without `.yaml`, is the pipeline's name.

    Raises:
        PipelineError: the file cannot be read or is invalid.
    """
    try:
        content = read_yaml(path)
    except YamlError as error:
        raise PipelineError(path.name, error.problems) from None
    if path.suffix != SUFFIX:
        raise PipelineError(path.name, [f"the file name should end with {SUFFIX}"])
    if not isinstance(content, dict):
        raise PipelineError(path.name, ["should be a mapping with `description` and `stages`"])
    if content.get("name", path.stem) != path.stem:
        raise PipelineError(path.name, [f"name: should be the file's name, {path.stem!r}, or be omitted"])
    try:
        pipeline = Pipeline.model_validate({"name": path.stem, **content}, extra="forbid")
    except ValidationError as error:
        problems = [
            _place(content, problem["loc"]) + line
            for problem in error.errors()
            for line in problem["msg"].removeprefix("Value error, ").splitlines()
        ]
        raise PipelineError(path.name, problems) from None
    # Not a rule of the model: projects that carry an older pipeline continue.
    crowded = [
        f"stage {stage.name!r}, produces: {excess}" for stage in pipeline.stages if (excess := _excess(pipeline, stage))
    ]
    if crowded:
        raise PipelineError(path.name, crowded)
    return pipeline


def _excess(pipeline: Pipeline, stage: Stage) -> str | None:
    """Return what a stage produces beside an artifact that no other can be written with, or None."""
    role = pipeline.role(stage.agent)
    writes_files = role is not None and role.writes is Writes.FILES
    alone = [type for type in stage.produces if type in _ALONE] or list(stage.produces if writes_files else ())
    if alone:
        first, others = alone[0], [type for type in stage.produces if type != alone[0]]
    elif BuiltInArtifact.DEPLOYMENT_PACKAGE in stage.produces:
        first, others = _DELIVERY[0], [type for type in stage.produces if type not in _DELIVERY]
    else:
        return None
    return f"{first} is written in a step of its own; move {', '.join(others)} to another stage" if others else None


def load_catalogue(*folders: Path) -> Catalogue:
    """Load the pipelines of the folders. A pipeline replaces one of the same name in an earlier folder.

    An invalid file is left out, and so is the earlier one that it replaces: a project should not run with fewer gates
    than its owner wrote. A folder that cannot be read is also left out.
    """
    catalogue = Catalogue()
    for folder in folders:
        try:
            paths = pipeline_files(folder)
        except OSError as error:
            catalogue.left_out.append(SkippedFile(str(folder), (f"it cannot be read: {error.strerror or error}",)))
            continue
        for path in paths:
            try:
                catalogue[path.stem] = load_pipeline(path)
            except PipelineError as error:
                catalogue.left_out.append(SkippedFile(error.file, tuple(error.problems)))
                catalogue.pop(path.stem, None)
    return catalogue


def pipeline_files(folder: Path) -> list[Path]:
    """Return the YAML files of a folder, sorted by name. Raises OSError."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in (SUFFIX, ".yml") and path.stem[:1] != ".")


def _place(content: dict[str, object], location: tuple[int | str, ...]) -> str:
    """Return the place of a problem as a prefix: `stage 'build', gate.ask: `."""
    path = list(location)
    stages = content.get("stages")
    if len(path) >= 2 and path[0] == "stages" and isinstance(path[1], int) and isinstance(stages, list):
        stage = stages[path[1]]
        name = stage.get("name", path[1] + 1) if isinstance(stage, dict) else path[1] + 1
        path[:2] = [f"stage {name!r}"[:100]]
    return ", ".join(filter(None, (str(path[0]), ".".join(map(str, path[1:]))))) + ": " if path else ""
