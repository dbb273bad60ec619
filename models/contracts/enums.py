"""The enums of the wire and the database. The values are the same in the user interfaces."""

from enum import StrEnum


class ProjectStatus(StrEnum):
    """The status of a project.

    - `starting`: recorded; its workflow is about to start
    - `active`: agents are working or about to start
    - `waiting`: a gate is open, and a human has to respond
    - `paused`: no step starts until the project is resumed
    - `completed`, final: everything is accepted
    - `rejected`, final: a human or a deadline ended it at a gate
    - `failed`, final: it could not continue
    - `cancelled`, final: a human cancelled it
    """

    STARTING = "starting"
    ACTIVE = "active"
    WAITING = "waiting"
    PAUSED = "paused"
    COMPLETED = "completed"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether the project has ended."""
        return self in FINAL_PROJECT_STATUSES


FINAL_PROJECT_STATUSES = (
    ProjectStatus.COMPLETED,
    ProjectStatus.REJECTED,
    ProjectStatus.FAILED,
    ProjectStatus.CANCELLED,
)
HALTED_PROJECT_STATUSES = (ProjectStatus.REJECTED, ProjectStatus.FAILED, ProjectStatus.CANCELLED)
RUNNING_PROJECT_STATUSES = (ProjectStatus.ACTIVE, ProjectStatus.WAITING)


class ParentKind(StrEnum):
    """How a project comes from another one.

    - `duplicate`: it has the same settings, and perhaps an edited brief
    - `follow_up`: it begins from what the other one delivered
    """

    DUPLICATE = "duplicate"
    FOLLOW_UP = "follow_up"


class TaskStatus(StrEnum):
    """The status of a task. Repeating a stage creates another task.

    - `pending`: submitted; its agent has not started
    - `working`: its agent is working
    - `waiting_for_hitl`: its agent has finished, and a human has to decide on the result
    - `completed`, final: its agent has finished, and no decision is open; `accepted` says whether the result counts
    - `failed`, final: its agent failed at every attempt
    - `cancelled`, final: its project ended first, or its stage is repeated
    """

    PENDING = "pending"
    WORKING = "working"
    WAITING_FOR_HITL = "waiting_for_hitl"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether the task has ended."""
        return self not in OPEN_TASK_STATUSES


OPEN_TASK_STATUSES = (TaskStatus.PENDING, TaskStatus.WORKING, TaskStatus.WAITING_FOR_HITL)
STARTABLE_TASK_STATUSES = (TaskStatus.PENDING, TaskStatus.WORKING)


class WorkflowProblemKind(StrEnum):
    """How the workflow of an open project or standalone task differs from its record."""

    MISSING = "missing"
    STUCK = "stuck"
    INCONSISTENT = "inconsistent"


class AgentStatus(StrEnum):
    """What an agent of a project is doing. No status is final.

    - `idle`: it has nothing to do
    - `working`: it is working on a task
    - `waiting_for_hitl`: a human has to decide on its result
    - `error`: its last task failed
    """

    IDLE = "idle"
    WORKING = "working"
    WAITING_FOR_HITL = "waiting_for_hitl"
    ERROR = "error"


class HitlStatus(StrEnum):
    """The status of a HITL request.

    - `pending`: it waits for a response
    - `approved`, `amended`, `rejected`, final: the response that was applied
    - `expired`, final: the deadline passed without a valid response
    - `cancelled`, final: its project ended first, or its stage is repeated
    """

    PENDING = "pending"
    APPROVED = "approved"
    AMENDED = "amended"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class HitlAction(StrEnum):
    APPROVE = "approve"
    AMEND = "amend"
    REJECT = "reject"

    @property
    def resulting_status(self) -> HitlStatus:
        """The status of a request to which this action was applied."""
        return {
            HitlAction.APPROVE: HitlStatus.APPROVED,
            HitlAction.AMEND: HitlStatus.AMENDED,
            HitlAction.REJECT: HitlStatus.REJECTED,
        }[self]


class WaitReason(StrEnum):
    """Why a running step waits before it asks a model: the last call failed and is made again; the provider refuses
    calls for a while; or other calls come first."""

    RETRY = "retry"
    RATE_LIMIT = "rate_limit"
    TURN = "turn"


class HitlReason(StrEnum):
    """Why a HITL request was opened."""

    REVIEW = "review"
    LOW_CONFIDENCE = "low_confidence"
    FAILED_VERDICT = "failed_verdict"
    FAILED_STEP = "failed_step"
    BUDGET = "budget"
    TOOL_CALL = "tool_call"
    STOPPED = "stopped"
    CHECKPOINT = "checkpoint"

    @property
    def is_unfinished(self) -> bool:
        """Whether the step ended without a result, and may be continued as the same task."""
        return self in UNFINISHED


UNFINISHED = (HitlReason.FAILED_STEP, HitlReason.STOPPED, HitlReason.BUDGET, HitlReason.TOOL_CALL)
"""The reasons of requests whose step ended without a result."""


class ControlAction(StrEnum):
    """What a person asks of a project, or of a task outside its pipeline.

    - `pause`, `resume`, `cancel`: its course
    - `restart`, `end`: its workflow, which cannot continue
    - `budget`: another limit of what it may spend
    - `task`: a task outside the pipeline
    """

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RESTART = "restart"
    END = "end"
    BUDGET = "budget"
    TASK = "task"


class StopScope(StrEnum):
    """What a stop holds.

    - `all`: every step of every project
    - `project`: every step of one project
    - `role`: every step of one role, in all projects or in one
    - `step`: one step, whose gate then asks
    """

    ALL = "all"
    PROJECT = "project"
    ROLE = "role"
    STEP = "step"


class Assignment(StrEnum):
    """Which open requests to list, by whom their gates are assigned to."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    ALL = "all"


class ResponseOutcome(StrEnum):
    """The outcome of one response. The first valid response is applied; all others change nothing."""

    APPLIED = "applied"
    SUPERSEDED = "superseded"
    REFUSED = "refused"


class Oversight(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class GateAsk(StrEnum):
    ALWAYS = "always"
    NEVER = "never"
    ON_LOW_CONFIDENCE = "on_low_confidence"


class Risk(StrEnum):
    """What a mistake of a stage may cost. A `high` one is never accepted without a person."""

    NORMAL = "normal"
    HIGH = "high"


class OnExpiry(StrEnum):
    HALT = "halt"
    APPROVE = "approve"
    REJECT = "reject"


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"


class EventType(StrEnum):
    AGENT_STATUS_CHANGE = "agent_status_change"
    TASK_STARTED = "task_started"
    TASK_PROGRESS = "task_progress"
    TASK_COMPLETED = "task_completed"
    TASK_FAILED = "task_failed"
    TASK_CANCELLED = "task_cancelled"
    ARTIFACT_CREATED = "artifact_created"
    CONTEXT_GIVEN = "context_given"
    CONTEXT_WITHDRAWN = "context_withdrawn"
    HITL_REQUEST = "hitl_request"
    HITL_RESPONSE = "hitl_response"
    HITL_EXTENDED = "hitl_extended"
    HITL_EXPIRED = "hitl_expired"
    BUDGET_ALERT = "budget_alert"
    WORKFLOW_EVENT = "workflow_event"
    STOP_CHANGE = "stop_change"
    PROJECT_CHANGE = "project_change"
    PROJECT_CONTROL = "project_control"
    ERROR = "error"
