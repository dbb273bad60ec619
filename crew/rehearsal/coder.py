"""The coder: source code with a test for each requirement."""

from __future__ import annotations

from artifacts.file_sets import pack
from artifacts.media_types import FILES
from crew.protocol import Draft, Step
from crew.rehearsal.agent import Produce, RehearsalAgent
from crew.rehearsal.package import package
from crew.rehearsal.work import Work
from models.contracts.enums import ArtifactType


class Coder(RehearsalAgent):
    progress = ("reading the plan", "writing the modules", "writing the tests", "reading it through")

    async def produce(self, work: Work, step: Step) -> Produce:
        if not work.wants(ArtifactType.SOURCE_CODE):
            return Produce()
        broken = work.assignment.round <= work.controls.fail_tests_rounds
        return Produce([Draft(ArtifactType.SOURCE_CODE, pack(package(work, broken)), FILES)])
