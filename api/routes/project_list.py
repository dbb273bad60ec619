"""List and count projects, and change what people may change of one at any time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth.caller import Caller
from api.auth.dependencies import CallerDep
from api.deps import ProjectDep, ServicesDep
from api.errors import ConflictError, NotFoundError
from api.http.sorted_pagination import MAX_CURSOR, decode_position, encode_position
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses
from api.openapi.examples import page_of
from api.openapi.examples.projects import PROJECT, PROJECT_COUNTS
from api.services import Services
from api.shapes.project_details import ProjectCounts, ProjectUpdate, WordCount
from api.shapes.projects import ProjectItem, WorkingTask, parent_ids
from api.shapes.shape import Page
from models.contracts.contract import Text
from models.contracts.enums import ProjectStatus
from models.tables import Project
from store import hitl, project_details, project_list, projects, tasks, usage
from store.project_list import Archived, ProjectFilter, ProjectSort

router = APIRouter(tags=["projects"], route_class=StrictRoute)

Word = Annotated[Text, Query(max_length=255)]
Search = Annotated[Text, Query(max_length=255, description="Part of the name; ignores case and Unicode form.")]
Owner = Annotated[Text, Query(max_length=255, description="Ignores case and Unicode form.")]
Tags = Annotated[tuple[Word, ...], Query(max_length=20, description="May be repeated: each has to be there.")]


@router.get(
    "/projects/", summary="List projects, newest first", responses=describe_responses(page_of(PROJECT), 422, 503)
)
async def list_projects(
    services: ServicesDep,
    caller: CallerDep,
    status: Annotated[tuple[ProjectStatus, ...], Query(description="May be repeated.")] = (),
    search: Search = "",
    owner: Owner = "",
    tag: Tags = (),
    archived: Annotated[Archived, Query(description="Whether archived projects are listed.")] = Archived.EXCLUDE,
    sort: Annotated[ProjectSort, Query(description="The order; a minus sign reverses it.")] = ProjectSort.NEWEST,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[
        str | None, Query(max_length=MAX_CURSOR, description="`next_cursor` of the page before, in the same order.")
    ] = None,
) -> Page[ProjectItem]:
    wanted = ProjectFilter(status, search, owner, tag, archived, caller.visible_projects)
    after = decode_position(sort, cursor)
    async with services.store.reading() as connection:
        rows = await project_list.find(connection, wanted, sort, after=after, limit=limit + 1)
    page = rows[:limit]
    items = await _read_items(services, [project for project, _ in page], caller)
    return Page(items=items, next_cursor=encode_position(sort, page[-1][1]) if len(rows) > limit else None)


@router.get(
    "/project-counts",  # below /projects/ it would also be the path of a project
    summary="Count the projects that each filter of the list finds",
    responses=describe_responses(PROJECT_COUNTS, 422, 503),
)
async def count_projects(
    services: ServicesDep,
    caller: CallerDep,
    search: Search = "",
    owner: Owner = "",
    tag: Tags = (),
) -> ProjectCounts:
    """By status, owner and tag, without archived projects; `search`, `owner` and `tag` as in the list. At
    most 5,000 projects that have ended are counted, and 5,000 others; with a filter, 5,000 in all."""
    wanted = ProjectFilter(search=search, owner=owner, tags=tag, within=caller.visible_projects)
    async with services.store.reading() as connection:
        counts = await project_list.counts(connection, wanted)
    return ProjectCounts(
        statuses=counts.statuses,
        owners=[WordCount(value=value, count=count) for value, count in counts.owners.items()],
        tags=[WordCount(value=value, count=count) for value, count in counts.tags.items()],
        archived=counts.archived,
        capped=sorted(counts.capped),
    )


@router.patch(
    "/projects/{project_id}",
    summary="Rename or archive a project, or change its owner or tags",
    responses=describe_responses(PROJECT, 403, 404, 409, 413, 415, 422, 503),
)
async def update_project(
    project: ProjectDep, body: ProjectUpdate, services: ServicesDep, caller: CallerDep
) -> ProjectItem:
    """What is left out stays. Agents that work on the project keep the name that it was started with. Only a project
    that has ended can be archived; one that is retried is no longer archived."""
    async with services.store.transaction(project.id, caller.principal_id) as tx:
        if not await project_details.change(tx, body.changes, caller.named(body.by)):
            raise ConflictError(f"The project is {project.status}: only one that has ended can be archived.")
    async with services.store.reading() as connection:
        current = await projects.get(connection, project.id)
    if current is None:
        raise NotFoundError.of("project", project.id)
    (item,) = await _read_items(services, [current], caller)
    return item


async def _read_items(services: Services, page: list[Project], caller: Caller) -> list[ProjectItem]:
    """Return projects with their progress, oldest open request, parent and cost."""
    ids = [project.id for project in page]
    async with services.store.reading() as connection:
        done = await projects.accepted_stages(connection, ids)
        oldest = await hitl.oldest_open(connection, [project.id for project in page if project.open_requests])
        spent = await usage.of_projects(connection, ids)
        working = await tasks.working(connection, [project.id for project in page if project.ended_at is None])
        parents = await project_details.names(connection, caller.visible(parent_ids(page)))
    return [
        ProjectItem.of(
            project,
            done.get(project.id, 0),
            oldest.get(project.id),
            parents,
            spent=spent[project.id],
            working=[WorkingTask.model_validate(task) for task in working.get(project.id, ())],
        )
        for project in page
    ]
