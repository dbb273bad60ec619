from __future__ import annotations

from collections.abc import Mapping

import httpx2
import pytest
from temporalio.client import Client

from config.settings import Settings
from crew.protocol import Agent
from models.contracts.enums import AgentType
from store.transaction import Store
from tests.worker.reconciler.lost_projects import CREWS, Lost


@pytest.fixture(scope="module")
def agents() -> Mapping[AgentType, Agent]:
    return dict.fromkeys(AgentType, CREWS)


@pytest.fixture(scope="module")
def lost(store: Store, temporal: Client, settings: Settings, http: httpx2.AsyncClient, worker: None) -> Lost:
    return Lost(store, temporal, settings, http)
