"""The model crew delivers a brief over HTTP: real servers, real clients of the providers, a scripted provider."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from unittest.mock import patch

import httpx2
import pytest
import pytest_asyncio

from cli.stack.embedded import Servers
from config.settings import Settings
from tests.abuse.projects import V1, get, start, wait_for_status
from tests.conftest import own_settings
from tests.provider.app import Provider
from tests.provider.running import running
from tests.provider.scripts import of_brief

PIPELINES = Path(__file__).with_name("pipelines")
BRIEF = Path(__file__).parents[3] / "evals" / "briefs" / "shortlinks"

pytestmark = pytest.mark.usefixtures("worker")


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        yield settings.model_copy(update={"model_prices": {"anthropic:claude-scripted": (3.0, 15.0)}})


@pytest_asyncio.fixture(scope="module")
async def provider() -> AsyncIterator[Provider]:
    async with running(of_brief(BRIEF)) as provider:
        yield provider


@pytest.fixture(scope="module", autouse=True)
def environment(provider: Provider) -> Iterator[None]:
    """The provider's addresses and keys, as a person sets them."""
    with patch.dict(os.environ, provider.environment):
        yield


@pytest.mark.parametrize("model", ["openai:gpt-5", "anthropic:claude-scripted"])
async def test_a_brief_becomes_a_package_that_works(
    http: httpx2.AsyncClient, provider: Provider, model: str, tmp_path: Path
) -> None:
    brief = (BRIEF / "brief.md").read_text()
    project = await start(http, name="Short links", description=brief, model=model, oversight="low")
    ended = await wait_for_status(http, project, "completed", "failed", "waiting", seconds=110)
    problems = [each["question"] for each in (await get(http, f"/projects/{project}/status"))["open_requests"]]
    assert (ended["status"], problems) == ("completed", [])
    assert (ended["crew"], ended["model"]) == ("models", model)
    (package,) = (await get(http, f"/projects/{project}/artifacts", type="deployment_package"))["items"]
    content = (await http.get(f"{V1}/artifacts/{package['artifact_id']}/content")).content
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    tests = subprocess.run(
        [sys.executable, "-m", "unittest", "discover", "-s", "tests", "-t", "."],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert tests.returncode == 0, tests.stderr
    (report,) = (await get(http, f"/projects/{project}/artifacts", type="test_results"))["items"]
    text = (await get(http, f"/artifacts/{report['artifact_id']}"))["content"]
    assert "| R1 | passed |" in text
    transcript = await get(http, f"/tasks/{report['task_id']}/transcript")
    assert (transcript["prompt"], transcript["turns"]) == (None, [])  # the run is computed
    (code,) = (await get(http, f"/projects/{project}/artifacts", type="source_code"))["items"]
    transcript = await get(http, f"/tasks/{code['task_id']}/transcript")
    assert transcript["prompt"]["version"].startswith("coder@")
    assert [each["tool"] for each in transcript["turns"][-1]["calls"]] == ["finish"]
    assert all(each["ok"] for turn in transcript["turns"] for each in turn["calls"])
    provenance = (await get(http, f"/tasks/{code['task_id']}"))["usage"]
    assert (provenance["asked_for"], provenance["prompt_version"]) == (model, transcript["prompt"]["version"])
    assert provenance["cost_usd"] == pytest.approx(transcript["cost_usd"])
