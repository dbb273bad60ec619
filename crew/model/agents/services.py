"""What the agents of a process share, and the conversation that each has for a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from crew.model.clients import ModelClients
from crew.model.conversation import Completed, Conversation
from crew.model.limiter.limiter import Limiter
from crew.model.limiter.memory_queue import MemoryQueue
from crew.model.limits import limits_of
from crew.model.mcp.tools import McpTools
from crew.model.model_list import ModelList
from crew.model.prompt import prompt_for
from crew.model.tool import Tool
from crew.model.workspace import Workspace
from crew.protocol import AgentError, Assignment, Outcome, Step
from models.contracts.roles import ModelName
from sandbox import SandboxPort


@dataclass(frozen=True)
class AgentServices:
    """What the agents of a process share."""

    clients: ModelClients
    sandbox: SandboxPort
    default_model: ModelName | None
    limiter: Limiter = field(default_factory=lambda: Limiter(MemoryQueue()))
    mcp: McpTools = field(default_factory=lambda: McpTools(None))


class ModelAgent(Protocol):
    """An agent for one kind of work."""

    async def run(self, assignment: Assignment, step: Step) -> Outcome: ...


def permitted_tools(assignment: Assignment, tools: Sequence[Tool]) -> tuple[Tool, ...]:
    """Return those of an agent's tools that its role lists, and all without a list. Those that end a step stay."""
    listed = assignment.role.tools
    return tuple(tool for tool in tools if listed is None or tool.name in listed or tool.ends)


async def run_conversation(
    services: AgentServices,
    assignment: Assignment,
    step: Step,
    prompt: str,
    tools: Sequence[Tool],
    workspace: Workspace | None = None,
    **fill: str,
) -> Completed:
    """Have one conversation for a step, with the model that the assignment names, about a workspace if there is one.

    Raises:
        AgentError: no model is named, or the conversation failed.
    """
    model = assignment.model or services.default_model
    if model is None:
        raise AgentError("no model is named: set BOTARMY_MODEL, such as openai:gpt-5.", retryable=False)
    async with services.mcp.opened(assignment.role) as others:
        return await Conversation(
            ModelList(services.clients, model),
            prompt_for(assignment, prompt, **fill),
            (*permitted_tools(assignment, tools), *others),
            limits_of(assignment.role, assignment.continued),
            step,
            services.limiter.of_step(assignment.project_id, assignment.task_id, step),
            assignment.continued,
            state=lambda: workspace.version if workspace is not None else None,
            permissions=assignment.permissions,
        ).run()
