"""A page whose host name was made to resolve to the API is refused, whatever it requests."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.abuse.raw_connection import Connection
from tests.abuse.target import Target
from tests.api_client import V1, start, wait_for_request
from tests.proving import Proof

NAMES = ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil", "10.9.8.7", "0.0.0.0")
KEY = f"Sec-WebSocket-Key: {'A' * 22}=="
UPGRADE = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", KEY)
APPROVAL = b'{"action":"approve"}'


@pytest.mark.item(19)
async def test_a_rebound_name_reads_and_changes_nothing(target: Target, proof: Proof) -> None:
    rounds = proof.times(20, 1)
    async with target.client() as http:
        project = await start(http, oversight="high")
        request = await wait_for_request(http, project, "discovery")
    paths = [
        ("GET", f"{V1}/projects/", ()),
        ("GET", "/", ()),
        ("GET", f"/ws?project_id={project}&since=0", UPGRADE),
        ("POST", f"{V1}/projects/{project}/cancel", ("Content-Length: 0",)),
        ("POST", f"{V1}/hitl/{request['request_id']}/respond", (f"Content-Length: {len(APPROVAL)}",)),
    ]
    seen: Counter[int] = Counter()
    for _ in range(rounds):
        for name in NAMES:
            for method, path, fields in paths:
                async with Connection.opened(target.url) as connection:
                    host = f"{name}:{connection.host.rpartition(':')[2]}"
                    head = connection.head(method, path, f"Host: {host}", f"Origin: http://{host}", *fields)
                    await connection.send(head + (APPROVAL if path.endswith("respond") else b""))
                    seen[await connection.status()] += 1
    async with target.client() as http:
        now = await wait_for_request(http, project, "discovery")
    proof.row(
        f"{len(NAMES)} rebound names (DNS rebinding) try to read, listen, cancel and approve",
        seen.total(),
        "421 each, nothing changed",
        ", ".join(f"{status} x {count}" for status, count in sorted(seen.items())),
    )
    assert set(seen) == {421}
    assert now == request
