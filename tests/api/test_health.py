"""Health over HTTP."""

from __future__ import annotations

import httpx
from waiting import eventually


async def test_the_api_is_alive(http: httpx.AsyncClient) -> None:
    answer = await http.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_without_a_worker_nothing_is_ready(http: httpx.AsyncClient) -> None:
    answer = await http.get("/health/ready")
    assert answer.status_code == 503
    components = answer.json()["components"]
    assert {name: one["status"] for name, one in components.items()} == {
        "database": "ok",
        "redis": "ok",
        "temporal": "ok",
        "worker": "down",
    }
    assert "no worker polls" in components["worker"]["detail"]
    assert (await http.get("/health/detailed")).json()["status"] == "degraded"


async def test_with_a_worker_all_is_ready(http: httpx.AsyncClient, worker: None) -> None:
    async def ready() -> bool:
        return (await http.get("/health/ready")).status_code == 200

    await eventually(ready)
    detailed = (await http.get("/health/detailed")).json()
    assert detailed["status"] == "ok"
    assert all(one["latency_ms"] >= 0 and one["detail"] is None for one in detailed["components"].values())
