"""Open a project: its workflow has begun to work on it."""

from __future__ import annotations

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from crew.protocol import AgentError, Crews
from models.contracts.names import CrewName
from models.contracts.records import OpenProjectInput, OpenProjectResult
from models.contracts.roles import Role
from store import project_milestones, projects
from store.transaction import Store

log = structlog.get_logger(__name__)


class ProjectOpening:
    """The activity with which a workflow begins."""

    def __init__(self, store: Store, crews: Crews) -> None:
        self._store = store
        self._crews = crews

    @activity.defn
    async def open_project(self, opening: OpenProjectInput) -> OpenProjectResult:
        """Record that the project is active. Return the agents whose steps are short for it.

        Raises:
            ApplicationError: another run of the workflow owns the project.
        """
        plan = await project_milestones.plan(self._store, opening.project_id)
        if not await project_milestones.open_first(self._store, opening):
            async with self._store.transaction(opening.project_id) as tx:
                current = await projects.open_run(tx, opening)
            if not current:
                raise ApplicationError(
                    "another run of its workflow has opened this project", type="SupersededRun", non_retryable=True
                )
        roles = {stage.agent: role for stage in plan.pipeline.stages if (role := plan.pipeline.role(stage.agent))}
        short = [name for name, role in roles.items() if await self._is_short(plan.crew, role, plan.brief)]
        return OpenProjectResult(short_agents=tuple(short))

    async def _is_short(self, crew: CrewName, role: Role, brief: str) -> bool:
        try:
            return (await self._crews.agent(crew, role)).is_short(brief)
        except AgentError:
            return False  # its steps fail, and say why
        except (Exception, SystemExit):  # code of another package; a step that is not short may be slow, not wrong
            log.exception("is_short_raised", crew=crew, role=role.name)
            return False
