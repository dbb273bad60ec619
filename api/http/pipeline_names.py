"""The names that a client sends must be known to the project's pipeline: roles and artifact types."""

from __future__ import annotations

from api.errors import InvalidError
from models.contracts.names import AgentType, ArtifactType
from models.contracts.pipeline import Pipeline
from models.tables import Project


def check_role(project: Project, name: AgentType, field: str = "agent_type") -> None:
    """Raise InvalidError unless the project has the role."""
    roles = Pipeline.model_validate(project.pipeline).all_roles
    if name not in (known := [role.name for role in roles]):
        raise InvalidError(field, f"is not a role of this project; its roles are {', '.join(known)}")


def check_artifact_type(project: Project, name: ArtifactType, place: str = "body", field: str = "type") -> None:
    """Raise InvalidError unless the project has the artifact type."""
    kinds = Pipeline.model_validate(project.pipeline).all_artifacts
    if name not in (known := [kind.name for kind in kinds]):
        raise InvalidError(field, f"is not an artifact type of this project; its types are {', '.join(known)}", place)
