"""The coder: source code with a test for each requirement."""

from __future__ import annotations

from activities.agents.files import pack
from activities.agents.protocol import FILES, Draft, Step
from activities.agents.rehearsal.agent import Produce, RehearsalAgent
from activities.agents.rehearsal.package import package
from activities.agents.rehearsal.work import Work
from models.contracts.words import ArtifactType


class Coder(RehearsalAgent):
    progress = ("reading the plan", "writing the modules", "writing the tests", "reading it through")

    async def produce(self, work: Work, step: Step) -> Produce:
        if not work.wants(ArtifactType.SOURCE_CODE):
            return Produce()
        broken = work.assignment.round <= work.controls.fail_tests_rounds
        return Produce([Draft(ArtifactType.SOURCE_CODE, pack(package(work, broken)), FILES)])
