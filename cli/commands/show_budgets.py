"""Shows budgets and what projects have used, and sets the budgets of projects."""

from __future__ import annotations

from pydantic import ValidationError
from rich.table import Column, Table

from cli.client.budget_shapes import BudgetView, Figures, ProjectBudgets, Usage
from cli.client.http import Client, Json
from cli.errors import UsageError
from cli.views.console import print_json, stdout
from cli.views.printable import plain
from models.contracts.budget import FORM, Budget, BudgetUnit, format_amount


def read_budget(option: str, text: str) -> Json:
    """Return the amounts that an option names.

    Raises:
        UsageError: it has another form.
    """
    try:
        return Budget.model_validate(text).model_dump(exclude_none=True)
    except ValidationError:
        raise UsageError(f"{option} {text}: it should be {FORM}, each above 0") from None


async def show_budgets(client: Client, as_json: bool) -> int:
    """Print the budgets of all open projects, and of the day if the caller may see it."""
    day = (await client.get("/budgets", limit=1))["day"]
    items = [item async for item in client.items("/budgets", limit=200)]
    if as_json:
        print_json({"day": day, "items": items, "next_cursor": None})
        return 0
    table = Table(Column("budget", no_wrap=True, min_width=36), "spent", "", box=None, pad_edge=False)
    shown = items if day is None else (day, *items)
    for row in map(BudgetView.model_validate, shown):
        table.add_row(plain(row.project_id or "all projects, today (UTC)"), *_cells(row))
    stdout().print(table)
    return 0


async def show_budget(client: Client, project_id: str, body: Json | None, as_json: bool) -> int:
    """Print the budget of a project and of its roles, and set it before that if there is a body."""
    path = f"/projects/{project_id}/budget"
    found = await (client.get(path) if body is None else client.put(path, body))
    if as_json:
        print_json(found)
        return 0
    budgets = ProjectBudgets.model_validate(found)
    table = Table("budget", "spent", "", box=None, pad_edge=False)
    table.add_row("project", *_cells(budgets.project))
    for role in budgets.roles:
        table.add_row(plain(role.role or ""), *_cells(role))
    if budgets.day is not None:
        table.add_row("all projects, today (UTC)", *_cells(budgets.day))
    stdout().print(table)
    return 0


async def show_usage(client: Client, project_id: str, as_json: bool) -> int:
    """Print what a project has used."""
    found = await client.get(f"/projects/{project_id}/usage")
    if as_json:
        print_json(found)
        return 0
    usage = Usage.model_validate(found)
    table = Table("", box=None, pad_edge=False)
    for heading in ("calls", "tokens in", "cached", "tokens out", "cost", "working time"):
        table.add_column(heading, justify="right")
    for row in usage.rounds:
        table.add_row(plain(f"{row.stage}, round {row.round}"), *_figures(row))
    for row in usage.roles:
        table.add_row(plain(f"role {row.agent_type}"), *_figures(row), style="dim")
    table.add_row("total", *_figures(usage.total), style="bold")
    stdout().print(table)
    return 0


def _cells(budget: BudgetView) -> tuple[str, str]:
    return budget.describe(), "" if budget.percent is None else f"{budget.percent:.0f} %"


def _figures(figures: Figures) -> tuple[str, ...]:
    return (
        f"{figures.calls:,}",
        f"{figures.input_tokens:,}",
        f"{figures.cached_tokens:,}",
        f"{figures.output_tokens:,}",
        format_amount(BudgetUnit.USD, figures.cost_usd),
        format_amount(BudgetUnit.SECONDS, figures.working_seconds),
    )
