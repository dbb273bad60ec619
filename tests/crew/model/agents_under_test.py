"""Agents of the model crew with one step: the scripted provider, the real client and the real sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from artifacts.file_sets import pack, unpack
from artifacts.media_types import FILES, MARKDOWN
from config.settings import Settings
from crew.model.crew import ModelCrew
from crew.model.outputs import ImplementationPlan, Specification
from crew.protocol import Assignment, InputArtifact, Outcome
from models.contracts.roles import BUILT_IN_ROLES
from tests.crew.model.model_under_test import Step
from tests.provider import Provider, Script, configured
from tests.provider.product import Product

MODEL = "openai:scripted"
GONE = "openai:gone"
KEY = "planted-key-4f9d1c7e8a2b6d30"
"""Long enough to be looked for in responses, and without the form of any provider's keys."""


@asynccontextmanager
async def crew_of(*scripts: Script) -> AsyncIterator[tuple[ModelCrew, Provider]]:
    """A crew whose provider is scripted, with the environment of a worker."""
    settings = Settings(_env_file=None, model_prices={MODEL: (1.0, 2.0), GONE: (1.0, 2.0)}, test_seconds=10)
    async with configured(*scripts, key=KEY) as provider:
        crew = ModelCrew(settings)
        yield crew, provider
        await crew.close()


async def work(
    crew: ModelCrew,
    stage: str,
    inputs: Mapping[str, Any] = {},
    *,
    step: Step | None = None,
    round: int = 1,
    continued: int = 0,
    note: str | None = None,
    model: str = MODEL,
) -> Outcome:
    """Run one step of `software-delivery`.

    Args:
        inputs: texts (str) and file sets (mappings of texts) by artifact type.
        note: what came with the source code among them.
    """
    role, produces = {
        "plan": ("analyst", ("software_specification",)),
        "design": ("architect", ("system_architecture", "implementation_plan")),
        "acceptance": ("tester", ("acceptance_tests",)),
        "build": ("coder", ("source_code",)),
        "validate": ("tester", ("test_results",)),
        "launch": ("deployer", ("deployment_package", "deployment_log")),
    }[stage]
    assignment = Assignment(
        project_id=uuid4(),
        project_name="Greeter",
        task_id=uuid4(),
        role=BUILT_IN_ROLES[role],
        stage=stage,
        round=round,
        instructions="Do your part.",
        feedback=None,
        brief="",
        inputs=tuple(_artifact(type, content, note) for type, content in inputs.items()),
        expected_outputs=produces,
        model=model,
        continued=continued,
    )
    return await crew.agent(assignment.role).run(assignment, step or Step())


def documents_of(product: Product) -> dict[str, str]:
    """Return what the coder of a product reads."""
    dumped = product.model_dump(mode="json")
    return {
        "software_specification": Specification.model_validate(dumped["specification"]).markdown(),
        "implementation_plan": ImplementationPlan.model_validate(dumped["plan"]).markdown(),
    }


def files_of(outcome: Outcome) -> dict[str, str]:
    (draft,) = outcome.drafts
    return unpack(draft.content)


def _artifact(type: str, content: str | Mapping[str, str], note: str | None) -> InputArtifact:
    text = isinstance(content, str)
    return InputArtifact(
        artifact_id=uuid4(),
        type=type,
        name=type,
        version=1,
        media_type=MARKDOWN if text else FILES,
        content=content.encode() if isinstance(content, str) else pack(content),
        note=note if type == "source_code" else None,
    )
