"""The example of a pipeline with roles and artifacts of its own, played to its end by both crews."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from pydantic import JsonValue

from cli.stack.embedded import Servers
from config.settings import Settings
from tests.abuse.projects import Json, get, start, wait_for_status
from tests.conftest import CHECKOUT, own_settings
from tests.provider import KEY, Provider, Script, running
from tests.provider.product import Product
from tests.provider.scripts import calling, changed, of_brief

BRIEF: Path = CHECKOUT / "evals" / "briefs" / "unitwise"

pytestmark = pytest.mark.usefixtures("worker")


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        yield settings.model_copy(update={"pipelines_dir": CHECKOUT / "examples" / "pipelines"})


def script() -> Script:
    """The crew of the brief; the reviewer finds something in the first round."""
    product = Product.of_brief(BRIEF)
    plan = product.model_dump(mode="json")["plan"]
    finding: JsonValue = {"severity": "high", "title": "A path", "detail": "Any file can be read."}
    return changed(
        of_brief(BRIEF),
        {
            "design": [
                calling(
                    "submit",
                    system_architecture=product.architecture(),
                    implementation_plan=plan,
                    threat_model={"markdown": "A user could name a file that is not theirs."},
                )
            ],
            "review": [
                calling("list_files"),
                calling("read_file", path=f"source_code/{min(product.files)}"),
                calling("submit", summary="A threat is real.", findings=[finding]),
            ],
            "review#2": [calling("submit", summary="The threat is met.", findings=[])],
            "guide": [calling("submit", user_guide={"markdown": "Begin with `python -m unitwise`."})],
        },
    )


@pytest_asyncio.fixture(scope="module")
async def provider() -> AsyncIterator[Provider]:
    async with running(script()) as provider:
        yield provider


@pytest.fixture(scope="module", autouse=True)
def environment(provider: Provider) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_BASE_URL", provider.openai_url)
        patch.setenv("OPENAI_API_KEY", KEY)
        yield


async def deliver(http: httpx2.AsyncClient, **fields: str) -> dict[str, list[Json]]:
    """Run the pipeline to its end, and return all versions of its artifacts by type, the newest last."""
    brief = (BRIEF / "brief.md").read_text()
    project = await start(http, pipeline="secure-delivery", oversight="low", description=brief, **fields)
    ended = await wait_for_status(http, project, "completed", "failed", "waiting", seconds=110)
    problems = [each["question"] for each in (await get(http, f"/projects/{project}/status"))["open_requests"]]
    assert (ended["status"], problems) == ("completed", [])
    found: dict[str, list[Json]] = {}
    for each in (await get(http, f"/projects/{project}/artifacts", limit=100))["items"]:
        found.setdefault(each["type"], []).append(await get(http, f"/artifacts/{each['artifact_id']}"))
    return found


async def test_the_rehearsal_plays_roles_that_it_does_not_know(http: httpx2.AsyncClient) -> None:
    found = await deliver(http)
    for type in ("threat_model", "security_report", "user_guide"):
        (artifact,) = found[type]
        assert "rehearsal" in artifact["content"].lower()


async def test_a_high_finding_sends_the_code_back_and_the_guide_is_delivered(http: httpx2.AsyncClient) -> None:
    found = await deliver(http, model="openai:gpt-5")
    first, second = found["security_report"]
    assert "**Failed: a finding is high.**" in first["content"]
    assert "**Passed: no finding is high.**" in second["content"]
    assert len(found["source_code"]) == 2
    assert "python -m unitwise" in found["user_guide"][-1]["content"]
    transcript = await get(http, f"/tasks/{first['task_id']}/transcript")
    assert "Check the code against the threat model" in transcript["prompt"]["system"]
    assert set(transcript["prompt"]["tools"]) == {"read_artifact", "list_files", "read_file", "submit"}
    assert all(call["ok"] for turn in transcript["turns"] for call in turn["calls"])
