"""What answers on the embedded Temporal's ports, and to whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import psutil
import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from cli.stack.datadir import DataDir
from cli.stack.ports import free_port
from cli.stack.supervisor import Supervisor
from cli.stack.temporal import BLOCKED_PORTS, Temporal
from tests.proving import Proof
from tests.waiting import eventually

START = b'{"workflowType": {"name": "New"}, "taskQueue": {"name": "nobody-polls"}}'
HOSTS = "127.0.0.1:{port}", "localhost:{port}", "evil.example", ""
CALLS = [  # each succeeds if the HTTP API is open
    ("GET", "/namespaces", b""),
    ("GET", "/namespaces/default/workflows", b""),
    ("POST", "/namespaces/default/workflows/held/signal/respond", b"{}"),
    ("POST", "/namespaces/default/workflows/new", START),
    ("POST", "/namespaces/default/workflows/held/terminate", b"{}"),
]


@asynccontextmanager
async def serving(folder: Path, ui: bool = False) -> AsyncIterator[tuple[Temporal, set[int]]]:
    """Run a Temporal; yield it with the ports that its process listens on."""
    data = DataDir(folder)
    data.create()
    temporal, supervisor = Temporal(data, port=free_port(), ui_port=0, ui=ui), Supervisor(data)
    try:
        await supervisor.start(temporal)
        process = psutil.Process(supervisor.pids["temporal"])
        listening = {each.laddr.port for each in process.net_connections("tcp") if each.status == psutil.CONN_LISTEN}
        yield temporal, listening
    finally:
        await supervisor.stop()


async def statuses(port: int) -> dict[str, int]:
    """Return the HTTP status of each call under each host name, from a foreign page; only for calls that get one."""
    answered = {}
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5, trust_env=False) as client:
        for host in (each.format(port=port) for each in HOSTS):
            twice = [(method, f"{base}{path}", body) for base in ("", "/api/v1") for method, path, body in CALLS]
            for method, path, body in [*twice, ("GET", "/metrics", b"")]:
                headers = {"Host": host, "Origin": "http://evil.example", "Content-Type": "text/plain"}
                try:
                    answer = await client.request(method, path, headers=headers, content=body)
                except httpx2.HTTPError:
                    continue  # gRPC, which a browser cannot speak to
                answered[f"{method} {path} as {host!r}"] = answer.status_code
    return answered


@pytest.mark.item(29)
async def test_no_page_in_a_browser_reaches_the_engine(tmp_path: Path, proof: Proof) -> None:
    seen: Counter[int] = Counter()
    rounds = proof.times(2, 1)
    for number in range(rounds):
        async with serving(tmp_path / str(number)) as (temporal, listening):
            client = await Client.connect(temporal.address)
            held = await client.start_workflow("Held", id="held", task_queue="nobody-polls")
            before = (await held.describe()).history_length
            spoke_http = set()
            for port in listening:
                answered = await statuses(port)
                if answered:
                    spoke_http.add(port)
                seen.update(status for call, status in answered.items() if "/metrics" not in call)
            found = await held.describe()
            assert (found.status, found.history_length) == (WorkflowExecutionStatus.RUNNING, before)

            async def listed(client: Client = client) -> int:  # the list lags behind
                return (await client.count_workflows()).count

            assert await eventually(listed) == 1
            assert len(spoke_http) == 2, "the HTTP API and the metrics; no web UI"
            assert spoke_http <= set(BLOCKED_PORTS)
            assert temporal.ui_url is None
    proof.row(
        f"cross-origin text/plain calls under {len(HOSTS)} Host names to each HTTP port of {rounds} Temporal(s): list, "
        "start, signal and terminate workflows",
        seen.total(),
        "none reaches the engine; its web UI is off, and browsers refuse to connect to both ports",
        ", ".join(f"{status} x {count}" for status, count in sorted(seen.items())) + "; the workflow is unchanged",
    )
    assert set(seen) <= {403, 404}


@pytest.mark.long
async def test_the_http_api_stays_closed_where_no_blocked_port_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.stack.temporal.BLOCKED_PORTS", ())
    async with serving(tmp_path) as (temporal, listening):
        client = await Client.connect(temporal.address)
        held = await client.start_workflow("Held", id="held", task_queue="nobody-polls")
        for port in listening - {int(temporal.address.rpartition(":")[2])}:
            reached = {call for call, status in (await statuses(port)).items() if status not in (403, 404)}
            assert all("/metrics" in call for call in reached), reached
        assert (await held.describe()).status == WorkflowExecutionStatus.RUNNING


@pytest.mark.long
async def test_the_web_ui_is_served_on_request(tmp_path: Path) -> None:
    async with serving(tmp_path, ui=True) as (temporal, _), httpx2.AsyncClient(trust_env=False) as client:
        assert temporal.ui_url
        assert (await client.get(temporal.ui_url, follow_redirects=True)).status_code == 200
