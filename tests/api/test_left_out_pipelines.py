"""An API that starts over a folder of bad pipelines serves the others, and names those that it left out."""

from __future__ import annotations

from pathlib import Path

import httpx2
from api_under_test import BRIEF, V1, refused
from serving import served

from config.settings import Settings


async def test_bad_pipelines_are_named_and_the_api_serves(tmp_path: Path) -> None:
    (tmp_path / "quick-start.yaml").write_text("stages: [")
    (tmp_path / "mine.yaml").write_text("stages: [{name: plan, agent: analyst, produces: [project_plan]}]\n")
    settings = Settings(_env_file=None, pipelines_dir=tmp_path)
    async with served(settings) as url, httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False) as http:
        listed = {one["name"] for one in (await http.get(f"{V1}/pipelines/")).json()["items"]}
        assert listed == {"software-delivery", "parallel-branches", "mine"}
        (left,) = (await http.get("/health/detailed")).json()["pipelines_left_out"]
        assert left["file"] == "quick-start.yaml"
        assert "line 1" in left["problems"][0]
        body = {"name": "Guest book", "description": BRIEF, "pipeline": "quick-start"}
        refused(await http.post(f"{V1}/projects/", json=body), 422, "quick-start.yaml", "left out", "line 1")


async def test_a_folder_that_is_not_there_is_named_and_the_api_serves(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, pipelines_dir=tmp_path / "nowhere")
    async with served(settings) as url, httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False) as http:
        (left,) = (await http.get("/health/detailed")).json()["pipelines_left_out"]
        assert left["file"].endswith("nowhere")
        assert "No such file or directory" in left["problems"][0]
