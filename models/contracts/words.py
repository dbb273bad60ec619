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
    STARTING = "starting"
    ACTIVE = "active"
    WAITING = "waiting"
    PAUSED = "paused"
    COMPLETED = "completed"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def settled(self) -> bool:
        """Whether the project has ended."""
        return self in _SETTLED


_SETTLED = {ProjectStatus.COMPLETED, ProjectStatus.REJECTED, ProjectStatus.FAILED, ProjectStatus.CANCELLED}


class TaskStatus(StrEnum):
    PENDING = "pending"
    WORKING = "working"
    WAITING_FOR_HITL = "waiting_for_hitl"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class WorkflowProblemKind(StrEnum):
    """How an open project, or a task of its own, and its workflow in Temporal have parted company."""

    MISSING = "missing"
    STUCK = "stuck"
    INCONSISTENT = "inconsistent"


class AgentStatus(StrEnum):
    IDLE = "idle"
    WORKING = "working"
    WAITING_FOR_HITL = "waiting_for_hitl"
    ERROR = "error"


class HitlStatus(StrEnum):
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
