from __future__ import annotations

import httpx2
import pytest
from temporalio.client import Client

from config.settings import Settings
from store.transaction import Store
from tests.crews import OneAgentCrews
from tests.worker.reconciler.lost_projects import CREWS, Lost


@pytest.fixture(scope="module")
def crews() -> OneAgentCrews:
    return CREWS


@pytest.fixture(scope="module")
def lost(store: Store, temporal: Client, settings: Settings, http: httpx2.AsyncClient, worker: None) -> Lost:
    return Lost(store, temporal, settings, http)
