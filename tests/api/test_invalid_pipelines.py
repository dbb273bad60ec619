"""With invalid files in the pipelines folder, the API serves the valid ones and reports the others."""

from __future__ import annotations

from pathlib import Path

from config.settings import Settings
from tests.api_client import BRIEF, V1, assert_problem
from tests.serving import served
from tests.signing_in import ADMIN_TOKEN, signed_in


async def test_invalid_pipelines_are_reported_and_the_others_are_served(tmp_path: Path) -> None:
    (tmp_path / "quick-start.yaml").write_text("stages: [")
    (tmp_path / "mine.yaml").write_text("stages: [{name: plan, agent: analyst, produces: [project_plan]}]\n")
    settings = Settings(_env_file=None, pipelines_dir=tmp_path, admin_token=ADMIN_TOKEN)
    async with served(settings) as url, signed_in(url) as http:
        names = {pipeline["name"] for pipeline in (await http.get(f"{V1}/pipelines/")).json()["items"]}
        assert names == {"software-delivery", "parallel-branches", "mine"}
        (skipped,) = (await http.get("/health/detailed")).json()["pipelines_left_out"]
        assert skipped["file"] == "quick-start.yaml"
        assert "line 1" in skipped["problems"][0]
        body = {"name": "Guest book", "description": BRIEF, "pipeline": "quick-start"}
        assert_problem(await http.post(f"{V1}/projects/", json=body), 422, "quick-start.yaml", "has errors", "line 1")


async def test_a_missing_folder_is_reported_and_the_api_serves(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, pipelines_dir=tmp_path / "nowhere", admin_token=ADMIN_TOKEN)
    async with served(settings) as url, signed_in(url) as http:
        (skipped,) = (await http.get("/health/detailed")).json()["pipelines_left_out"]
        assert skipped["file"].endswith("nowhere")
        assert "No such file or directory" in skipped["problems"][0]
