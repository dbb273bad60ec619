"""Projects on the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field

from api.hitl.titles import REVIEWS, title_of
from api.shapes.artifacts import Encoding
from api.shapes.hitl import RequestItem
from api.shapes.lineage import ChildPublic, ParentCreate, ParentPublic
from api.shapes.project_details import Tags
from api.shapes.retries import RetryPublic
from api.shapes.shape import NonBlankText, Shape
from api.shapes.stops import Person
from api.shapes.tasks import TaskPublic
from api.shapes.workflows import WorkflowProblemPublic
from crew.providers import providers
from models.contracts.budget import FORM, Amounts, GivenBudget
from models.contracts.contract import Moment, Name, StrictContract, Text, refuse_other_formats
from models.contracts.enums import Oversight, ParentKind, ProjectStatus
from models.contracts.names import REHEARSAL, AgentType, CrewName
from models.contracts.pipeline import Pipeline
from models.contracts.roles import MediaType, ModelName
from models.tables import HitlRequest, Project


class SourceCreate(StrictContract):
    """The code that a project begins from: text files, as a zip in Base64 or as a file set. In a zip, repositories,
    caches and `.env` files are ignored."""

    content: Text = Field(min_length=1)
    encoding: Encoding = Encoding.UTF_8
    media_type: Literal[MediaType.FILES, MediaType.ZIP] = MediaType.FILES


class ProjectCreate(StrictContract):
    """A brief to deliver."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "URL shortener",
                    "description": "# URL shortener\n\n- Shorten a URL.\n- Redirect to it.\n",
                    "pipeline": "software-delivery",
                    "oversight": "medium",
                }
            ]
        }
    )

    name: Name
    description: Annotated[NonBlankText, AfterValidator(refuse_other_formats)] = Field(
        description="The brief, in Markdown."
    )
    pipeline: str = Field(default="software-delivery", max_length=255, description="One of GET /pipelines/.")
    oversight: Oversight | None = Field(default=None, description="Overrides the pipeline's gates; null keeps them.")
    crew: CrewName | None = Field(
        default=None, description="One of GET /providers/. Null: `models` if a model is named, else `rehearsal`."
    )
    model: ModelName | None = Field(
        default=None, description="The model to ask, as `provider:model`. Null: the one in the settings, BOTARMY_MODEL."
    )
    budget: GivenBudget | None = Field(
        default=None,
        description=f"What it may use, as {FORM}. Null: the pipeline's budget, or the one in the settings, "
        "BOTARMY_PROJECT_BUDGET.",
    )
    source: SourceCreate | None = Field(
        default=None, description="It becomes version 1 of `source_code`, and the crew changes it."
    )
    owner: Person | None = Field(default=None, description="Who looks after it.")
    tags: Tags = Field(default=(), description="Words by which people find it.")
    parent: ParentCreate | None = Field(default=None, description="The project that it comes from.")


class Progress(Shape):
    """How many of the pipeline's stages are accepted."""

    done: int
    total: int


class WaitingFor(Shape):
    """The oldest open request."""

    request_id: UUID
    stage: str
    agent_type: AgentType
    question: str
    since: Moment
    expires_at: Moment

    @classmethod
    def of(cls, request: HitlRequest) -> Self:
        fields = request.model_dump(exclude={"id", "created_at"})
        if request.reason not in REVIEWS:  # the question lists what can be done, rather than what has happened
            fields["question"] = title_of(request)
        return cls(request_id=request.id, since=request.created_at, **fields)


class WorkingTask(Shape):
    """A running step."""

    model_config = ConfigDict(from_attributes=True)

    task_id: UUID = Field(validation_alias="id")
    agent_type: AgentType
    stage: str
    round: int
    since: Moment = Field(validation_alias="created_at")


class ProjectItem(Shape):
    """A project in a list."""

    id: UUID
    name: str
    owner: str | None = None
    tags: list[str] = Field(default=[])
    archived_at: Moment | None = None
    kept_at: Moment | None = Field(default=None, description="Since when it is marked to be kept; null if it is not.")
    parent: ParentPublic | None = Field(default=None, description="The project that it comes from, if any.")
    removed_parent: ParentKind | None = Field(
        default=None, description="How it comes from a project that has been removed, if it does."
    )
    pipeline: str
    oversight: Oversight | None
    crew: CrewName
    is_rehearsal: bool = Field(description="Whether its crew rehearses: no model is asked, whatever a stage names.")
    model: ModelName | None
    status: ProjectStatus
    phase: str | None
    progress: Progress
    open_requests: int
    waiting_for: WaitingFor | None
    working: tuple[WorkingTask, ...] = Field(default=(), description="Its running steps, oldest first.")
    spent: Amounts = Field(
        default=Amounts(), description="What its calls of models have used so far; zeros if it asked none."
    )
    reason: str | None
    created_at: Moment
    updated_at: Moment
    ended_at: Moment | None
    workflow_problem: WorkflowProblemPublic | None = Field(
        default=None, description="What is wrong with its workflow, if anything."
    )

    @classmethod
    def of(
        cls,
        project: Project,
        done: int,
        oldest: HitlRequest | None = None,
        parents: Mapping[UUID, str] = MappingProxyType({}),
        **extra: Any,
    ) -> Self:
        """Return the project; `done` is the number of accepted stages, `oldest` its oldest open request, and `parents`
        has the names of projects by id.

        Fields of the same name come from the table's row.
        """
        crew = project.crew or REHEARSAL
        provider = providers().get(crew)
        problem = None if ProjectStatus(project.status).is_final else project.workflow_problem
        return cls(
            **project.model_dump(exclude={"pipeline", "workflow_problem", "crew"}),
            crew=crew,
            is_rehearsal=provider is not None and provider.is_rehearsal,
            workflow_problem=WorkflowProblemPublic.model_validate(problem) if problem else None,
            pipeline=project.pipeline["name"],
            progress=Progress(done=done, total=len(project.pipeline["stages"])),
            waiting_for=WaitingFor.of(oldest) if oldest else None,
            parent=_parent(project, parents),
            removed_parent=_removed_parent(project),
            **extra,
        )


def parent_ids(listed: Iterable[Project]) -> set[UUID]:
    """Return the projects that these come from."""
    return {project.parent_id for project in listed if project.parent_id is not None}


def _parent(project: Project, names: Mapping[UUID, str]) -> ParentPublic | None:
    if project.parent_id is None or project.parent_kind is None:
        return None
    name = names.get(project.parent_id, "")
    return ParentPublic(project_id=project.parent_id, kind=ParentKind(project.parent_kind), name=name)


def _removed_parent(project: Project) -> ParentKind | None:
    return ParentKind(project.parent_kind) if project.parent_kind and project.parent_id is None else None


class ProjectPublic(ProjectItem):
    """A project with its brief, the pipeline that it was started with, and the number of its last event."""

    description: str
    pipeline_definition: Pipeline
    checkpoint_after: int = Field(
        description="How many gates may pass without a person before the next one asks; 0 is any number."
    )
    head: int
    kept_by: str | None = Field(default=None, description="Who marked it to be kept; null if nobody has.")
    children: list[ChildPublic] = Field(default=[], description="The projects that come from it, oldest first.")
    retries: list[RetryPublic] = Field(default=[], description="How often it was retried after it had ended.")


class ProjectProgress(Shape):
    """A project's progress: its tasks, oldest first, and its open requests."""

    project_id: UUID
    status: ProjectStatus
    phase: str | None
    reason: str | None
    progress: Progress
    tasks: list[TaskPublic]
    open_requests: list[RequestItem]


class StatusChange(Shape):
    """A requested change of status; the project's log shows when it happened."""

    project_id: UUID
    requested: str = Field(examples=["pause"])
    status: ProjectStatus = Field(description="The status when this response was sent.")
