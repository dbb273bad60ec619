"""Crews for workers under test."""

from __future__ import annotations

from dataclasses import dataclass

from crew.protocol import Agent
from models.contracts.names import CrewName
from models.contracts.roles import Role


@dataclass(frozen=True)
class OneAgentCrews:
    """One agent plays every role of every crew."""

    one: Agent

    async def agent(self, crew: CrewName, role: Role) -> Agent:
        return self.one

    async def close(self) -> None:
        pass
