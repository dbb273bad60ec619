"""Show the budgets of the day and of projects, set those of projects, and show what they have used."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.actions import add_control
from api.auth.caller import Caller
from api.auth.dependencies import CallerDep
from api.deps import ProjectDep, ServicesDep, require_not_final
from api.http.pagination import PageParamsDep
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses
from api.openapi.examples.budgets import BUDGETS, PROJECT_BUDGETS, USAGE
from api.services import Services
from api.shapes.budgets import BudgetPublic, Budgets, BudgetUpdate, ProjectBudgets
from api.shapes.usage import UsagePublic
from models.contracts.budget import Budget
from models.contracts.enums import ControlAction
from models.contracts.identity import Permission
from models.contracts.pipeline import Pipeline
from models.tables import Budget as BudgetRow
from models.tables import Project
from store import budget_limits, budget_scopes, usage

router = APIRouter(tags=["budgets"], route_class=StrictRoute)


@router.get(
    "/budgets",
    summary="Show the budgets of the day and of all open projects",
    responses=describe_responses(BUDGETS, 422, 503),
)
async def list_budgets(services: ServicesDep, caller: CallerDep, params: PageParamsDep) -> Budgets:
    """The projects that the caller may see. What was spent in a day is of all projects: for those who may read all."""
    async with services.store.reading() as connection:
        day = await _read_day(services, connection, caller)
        rows = await budget_limits.of_open_projects(
            connection, within=caller.visible_projects, before=params.after, limit=params.rows_to_read
        )
    page, next_cursor = params.paginate(rows, _project_of)
    return Budgets(day=day, items=[BudgetPublic.of(row) for row in page], next_cursor=next_cursor)


@router.get(
    "/projects/{project_id}/budget",
    summary="Show a project's budget, those of its roles, and the day's",
    responses=describe_responses(PROJECT_BUDGETS, 404, 422, 503),
)
async def get_project_budget(project: ProjectDep, services: ServicesDep, caller: CallerDep) -> ProjectBudgets:
    async with services.store.reading() as connection:
        return await _read_project(services, connection, project, caller)


@router.put(
    "/projects/{project_id}/budget",
    summary="Raise, lower or remove a project's budget",
    responses=describe_responses(PROJECT_BUDGETS, 403, 404, 409, 413, 415, 422, 503),
)
async def set_project_budget(
    project: ProjectDep, body: BudgetUpdate, services: ServicesDep, caller: CallerDep
) -> ProjectBudgets:
    """Holds for the next call of a model. A running call may end, and what was spent stays. If the new limit is below
    that, the next step asks a person."""
    require_not_final(project)
    scope, limits = budget_scopes.project(project.id), body.budget or budget_scopes.NO_LIMITS
    async with services.store.transaction(project.id, caller.principal_id) as tx:
        await budget_limits.set_limits(tx.connection, scope, project.id, limits)
        add_control(tx, ControlAction.BUDGET, caller)
    async with services.store.reading() as connection:
        return await _read_project(services, connection, project, caller)


@router.get(
    "/projects/{project_id}/usage",
    summary="Show what a project has used",
    responses=describe_responses(USAGE, 404, 422, 503),
)
async def get_project_usage(project: ProjectDep, services: ServicesDep) -> UsagePublic:
    """Tokens, cost and working time of all calls of models: in total, and for each role, stage and round."""
    async with services.store.reading() as connection:
        return UsagePublic.of(project.id, await usage.of_project(connection, project.id))


def _project_of(row: BudgetRow) -> UUID:
    assert row.project_id is not None
    return row.project_id


async def _read_day(services: Services, connection: AsyncConnection, caller: Caller) -> BudgetPublic | None:
    if not caller.may(Permission.READ, None):
        return None
    row = await budget_limits.get(connection, budget_scopes.day(datetime.now(UTC)))
    return BudgetPublic.of(row, Budget.model_validate(services.settings.daily_budget))


async def _read_project(
    services: Services, connection: AsyncConnection, project: Project, caller: Caller
) -> ProjectBudgets:
    rows = {row.scope: row for row in await budget_limits.of_project(connection, project.id)}
    declared = {
        budget_scopes.role(project.id, role.name): role.budget
        for role in Pipeline.model_validate(project.pipeline).roles
        if role.budget is not None
    }
    own = budget_scopes.project(project.id)
    roles = sorted({scope for scope in rows if scope.startswith("role:")} | declared.keys())

    def read(scope: str) -> BudgetPublic:
        row = rows.get(scope) or BudgetRow(scope=scope, project_id=project.id)
        return BudgetPublic.of(row, declared.get(scope))

    return ProjectBudgets(
        project=read(own), roles=[read(scope) for scope in roles], day=await _read_day(services, connection, caller)
    )
