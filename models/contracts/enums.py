"""The closed vocabularies: each word stands in the database, on the wire and on the screen as it stands here."""

from enum import StrEnum


class AgentType(StrEnum):
    ANALYST = "analyst"
    ARCHITECT = "architect"
    CODER = "coder"
    TESTER = "tester"
    DEPLOYER = "deployer"


class ArtifactType(StrEnum):
    USER_INPUT = "user_input"
    PROJECT_PLAN = "project_plan"
    SOFTWARE_SPECIFICATION = "software_specification"
    SYSTEM_ARCHITECTURE = "system_architecture"
    IMPLEMENTATION_PLAN = "implementation_plan"
    SOURCE_CODE = "source_code"
    TEST_RESULTS = "test_results"
    DEPLOYMENT_PACKAGE = "deployment_package"
    DEPLOYMENT_LOG = "deployment_log"
    AGENT_OUTPUT = "agent_output"
    HITL_RESPONSE = "hitl_response"


class ProjectStatus(StrEnum):
    """How a project stands.

    - `starting`: written down; its workflow is about to start
    - `active`: agents are at work, or about to be
    - `waiting`: a gate is open, and a human has to respond
    - `paused`: no further step starts until it is resumed
    - `completed`, final: everything is accepted
    - `rejected`, final: a human, or a deadline, ended it at a gate
    - `failed`, final: it could not go on
    - `cancelled`, final: a human called it off
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


class TaskStatus(StrEnum):
    """How a task stands. One that is done again is another task.

    - `pending`: submitted; no agent has begun
    - `working`: its agent is at work
    - `waiting_for_hitl`: its agent is done, and a human is asked about the result
    - `completed`, final: its agent is done, and nobody is asked (any more); `accepted` says whether the result counts
    - `failed`, final: its agent could not do it, however often it tried
    - `cancelled`, final: its project ended first, or its stage is done again
    """

    PENDING = "pending"
    WORKING = "working"
    WAITING_FOR_HITL = "waiting_for_hitl"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_TASK_STATUSES = (TaskStatus.PENDING, TaskStatus.WORKING, TaskStatus.WAITING_FOR_HITL)


class WorkflowProblemKind(StrEnum):
    """How an open project, or a task of its own, and its workflow in Temporal have parted company."""

    MISSING = "missing"
    STUCK = "stuck"
    INCONSISTENT = "inconsistent"


class AgentStatus(StrEnum):
    """What an agent of a project is doing. None is final.

    - `idle`: it has nothing to do
    - `working`: it is on a task
    - `waiting_for_hitl`: a human is asked about its result
    - `error`: its last task failed
    """

    IDLE = "idle"
    WORKING = "working"
    WAITING_FOR_HITL = "waiting_for_hitl"
    ERROR = "error"


class HitlStatus(StrEnum):
    """How a HITL request stands.

    - `pending`: it waits for a human's response
    - `approved`, `amended`, `rejected`, final: the response that was applied
    - `expired`, final: nobody responded in time
    - `cancelled`, final: its project ended first, or its stage is done again
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


class HitlReason(StrEnum):
    """Why a HITL request was opened."""

    REVIEW = "review"
    LOW_CONFIDENCE = "low_confidence"
    FAILED_VERDICT = "failed_verdict"
    FAILED_STEP = "failed_step"


class ResponseOutcome(StrEnum):
    """What became of one response: the first valid one is applied, any other changes nothing."""

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
    HITL_REQUEST = "hitl_request"
    HITL_RESPONSE = "hitl_response"
    HITL_EXPIRED = "hitl_expired"
    WORKFLOW_EVENT = "workflow_event"
    ERROR = "error"
