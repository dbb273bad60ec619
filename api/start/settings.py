"""The settings of a new project: those that are given, else those of its parent, else the defaults."""

from __future__ import annotations

from dataclasses import dataclass

from api.errors import InvalidError, TooLargeError
from api.routes.agents import default_crew
from api.services import Services
from api.shapes.projects import ProjectCreate
from api.start.parent import Parent
from config.sizes import format_size
from crew.list_prices import HOSTED, UnknownPriceError, price_of_million
from crew.providers import MODELS, providers
from models.contracts.budget import Budget
from models.contracts.enums import Oversight
from models.contracts.names import CrewName
from models.contracts.pipeline import Pipeline
from models.contracts.roles import ModelName, each_model


@dataclass(frozen=True, slots=True)
class StartSettings:
    """How a project is run, and who looks after it."""

    pipeline: Pipeline
    oversight: Oversight | None
    crew: CrewName
    model: ModelName | None
    budget: Budget | None
    owner: str | None
    tags: tuple[str, ...]


def choose_settings(services: Services, body: ProjectCreate, parent: Parent | None) -> StartSettings:
    """Return the settings of a new project.

    Raises:
        InvalidError: a value cannot be used.
        TooLargeError: the brief is too large.
    """
    given = body.model_fields_set
    inherited = parent is not None and "pipeline" not in given
    pipeline = _get_pipeline(services, parent.pipeline if parent and inherited else body.pipeline)
    crew, model = _choose_crew(services, body, parent)
    if len(body.description.encode()) > services.settings.max_brief_bytes:
        raise TooLargeError(f"The brief is larger than {format_size(services.settings.max_brief_bytes)}.")
    _require_prices(services, pipeline, crew, model)
    budget = body.budget or (parent.budget if parent else None) or pipeline.budget or _default_budget(services)
    return StartSettings(
        pipeline,
        parent.oversight if parent is not None and "oversight" not in given else body.oversight,
        crew,
        model,
        budget,
        parent.owner if parent is not None and "owner" not in given else body.owner,
        parent.tags if parent is not None and "tags" not in given else body.tags,
    )


def _get_pipeline(services: Services, name: str) -> Pipeline:
    if (pipeline := services.pipelines.get(name)) is not None:
        return pipeline
    for skipped in services.pipelines.left_out:
        if skipped.name == name:
            problems = "; ".join(skipped.problems)
            raise InvalidError("pipeline", f"cannot be used, since its file {skipped.file} has errors: {problems}")
    raise InvalidError("pipeline", f"{name} is unknown; the pipelines are {', '.join(sorted(services.pipelines))}")


def _choose_crew(services: Services, body: ProjectCreate, parent: Parent | None) -> tuple[CrewName, ModelName | None]:
    """Return the project's crew, and the model that it asks."""
    inherited = parent.crew if parent is not None else None
    crew = body.crew or (MODELS if body.model else inherited or default_crew(services))
    provider = providers().get(crew)
    if provider is None:
        raise InvalidError("crew", f"{crew} is unknown; the crews are {', '.join(providers())}")
    if provider.is_rehearsal:
        if body.model:
            raise InvalidError("model", f"is never asked by the crew {crew}; leave it out, or choose the crew {MODELS}")
        return crew, None
    model = body.model or (parent.model if parent is not None and parent.crew == crew else None)
    model = model or services.settings.model
    if crew == MODELS and model is None:
        raise InvalidError("model", "is needed: name one as provider:model, such as openai:gpt-5, or set BOTARMY_MODEL")
    return crew, model


def _require_prices(services: Services, pipeline: Pipeline, crew: CrewName, model: ModelName | None) -> None:
    """Raise InvalidError if a stage would ask a model without a price: no budget could hold."""
    if crew != MODELS:
        return
    roles = {role.name: role.model for role in pipeline.roles}
    named = (stage.model or roles.get(stage.agent) or model for stage in pipeline.stages)
    for asked in {each for models in named if models for each in each_model(models)}:
        if asked.partition(":")[0] not in HOSTED:
            continue  # it costs nothing, or is no model at all: the step says so
        try:
            price_of_million(asked, services.settings.model_prices)
        except UnknownPriceError as error:
            raise InvalidError("model", f"cannot be used: {error}") from None


def _default_budget(services: Services) -> Budget | None:
    given = services.settings.project_budget
    return Budget.model_validate(given) if given else None
