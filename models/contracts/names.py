"""The open vocabularies: the names of roles and of artifact types. A pipeline may declare others than the built-in
ones, so compare them with `==`, never with `is`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

_NAME = r"^[a-z][a-z0-9_]{0,49}$"

AgentType = Annotated[str, StringConstraints(pattern=_NAME)]
"""The name of a role: a built-in one, or one that the project's pipeline declares."""

ArtifactType = Annotated[str, StringConstraints(pattern=_NAME)]
"""The name of an artifact type: a built-in one, or one that the project's pipeline declares."""


CrewName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
"""The name of a provider of agents."""

REHEARSAL: CrewName = "rehearsal"
"""The provider of projects that were recorded without one."""


class BuiltInRole(StrEnum):
    ANALYST = "analyst"
    ARCHITECT = "architect"
    CODER = "coder"
    TESTER = "tester"
    DEPLOYER = "deployer"


class BuiltInArtifact(StrEnum):
    USER_INPUT = "user_input"
    PROJECT_PLAN = "project_plan"
    SOFTWARE_SPECIFICATION = "software_specification"
    SYSTEM_ARCHITECTURE = "system_architecture"
    IMPLEMENTATION_PLAN = "implementation_plan"
    SOURCE_CODE = "source_code"
    ACCEPTANCE_TESTS = "acceptance_tests"
    TEST_RESULTS = "test_results"
    DEPLOYMENT_PACKAGE = "deployment_package"
    DEPLOYMENT_LOG = "deployment_log"
    AGENT_OUTPUT = "agent_output"
    HITL_RESPONSE = "hitl_response"
