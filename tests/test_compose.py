"""docker-compose.yml and the Dockerfile, without a Docker engine: their form, and what they say to our processes."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from temporalio.envconfig import ClientConfigProfile
from waiting import eventually

from cli.stack.embedded import Servers
from cli.stack.temporal import SEARCH_ATTRIBUTES
from models.settings import Settings

CHECKOUT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SCHEMA = json.loads(Path(__file__).with_name("compose-spec.json").read_text())
OURS = ("migrate", "api", "worker")
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::-([^}]*))?\}")


def interpolated(value: object) -> str:
    """A value as Compose passes it on where nothing is set."""
    return VARIABLE.sub(lambda found: found[2] or "", str(value)).replace("$$", "$")


def texts(node: object) -> list[str]:
    """Every string in it."""
    if isinstance(node, dict):
        return [text for value in node.values() for text in texts(value)]
    if isinstance(node, list):
        return [text for value in node for text in texts(value)]
    return [node] if isinstance(node, str) else []


def one_shots() -> set[str]:
    """The services that others wait for the end of."""
    return {
        name
        for service in SERVICES.values()
        for name, wait in service.get("depends_on", {}).items()
        if wait["condition"] == "service_completed_successfully"
    }


def errors_in(document: object) -> list[str]:
    validator = jsonschema.validators.validator_for(SCHEMA)
    return [f"{error.json_path}: {error.message}" for error in validator(SCHEMA).iter_errors(document)]


def test_the_file_is_what_the_compose_schema_asks_for() -> None:
    assert errors_in(COMPOSE) == []


def test_the_schema_finds_mistakes() -> None:
    broken = json.loads(json.dumps(COMPOSE))  # without YAML's aliases
    broken["services"]["api"]["healthchek"] = {}
    broken["services"]["worker"]["depends_on"]["postgres"]["condition"] = "service_is_nice"
    found = " ".join(errors_in(broken))
    assert "$.services.api" in found
    assert "$.services.worker.depends_on" in found


@pytest.mark.parametrize("name", OURS)
def test_each_variable_that_we_set_is_one_that_is_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {field.validation_alias or f"BOTARMY_{key.upper()}" for key, field in Settings.model_fields.items()}
    given = {variable: interpolated(value) for variable, value in SERVICES[name]["environment"].items()}
    temporals = {variable: value for variable, value in given.items() if variable.startswith("TEMPORAL_")}
    assert given.keys() - temporals.keys() <= known
    for variable, value in temporals.items():
        profile = ClientConfigProfile.load(disable_file=True, override_env_vars={variable: value})
        assert value in (profile.address, profile.namespace, profile.api_key)
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    settings = Settings(_env_file=None)
    assert settings.database_url == "postgresql://botarmy:botarmy@postgres:5432/botarmy"
    assert settings.allowed_origins == []


def test_the_database_of_the_settings_is_the_one_that_is_made() -> None:
    made = {key: interpolated(value) for key, value in SERVICES["postgres"]["environment"].items()}
    url = interpolated(SERVICES["api"]["environment"]["DATABASE_URL"])
    assert (
        url == f"postgresql://{made['POSTGRES_USER']}:{made['POSTGRES_PASSWORD']}@postgres:5432/{made['POSTGRES_DB']}"
    )
    # From 18 on the image keeps its data one folder deeper, and refuses to start on a volume at .../data.
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    password = interpolated(SERVICES["redis"]["environment"]["REDIS_PASSWORD"])
    assert interpolated(SERVICES["api"]["environment"]["REDIS_URL"]) == f"redis://:{password}@redis:6379/0"
    assert interpolated(SERVICES["redis"]["command"][-1]) == password


def test_every_variable_has_a_default() -> None:
    found = [match for text in texts(COMPOSE) for match in VARIABLE.finditer(text)]
    assert found
    assert [match[0] for match in found if match[2] is None] == []


def test_every_service_that_stays_is_watched_and_restarted() -> None:
    for name, service in SERVICES.items():
        if name in one_shots():
            assert service["healthcheck"] == {"disable": True}, name
            assert service["restart"].startswith("on-failure"), name
        else:
            assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL"), name
            assert service["restart"] == "unless-stopped", name


def test_every_wait_is_for_something_that_can_come() -> None:
    for service in SERVICES.values():
        for name, wait in service.get("depends_on", {}).items():
            assert (wait["condition"] == "service_healthy") == (name not in one_shots())
    for name in ("api", "worker"):
        assert SERVICES[name]["depends_on"].keys() == {"postgres", "redis", "migrate", "temporal-namespace"}


@pytest.mark.parametrize("name", ["api", "worker"])
def test_nothing_keeps_a_service_from_having_replicas(name: str) -> None:
    assert not SERVICES[name].keys() & {"container_name", "ports", "hostname", "volumes", "network_mode", "mac_address"}


def test_nothing_is_published_beyond_this_machine_unless_asked_for() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(published) == 2
    assert all(interpolated(port).startswith("127.0.0.1:") for port in published)


def test_images_are_pinned() -> None:
    for service in SERVICES.values():
        assert re.search(r":\d+\.\d+(\.\d+)?(-\w+)?$", interpolated(service["image"])), service["image"]
    assert SERVICES["temporal"]["image"].split(":")[1] == SERVICES["temporal-schema"]["image"].split(":")[1]
    assert SERVICES["temporal"]["image"].split(":")[1] == SERVICES["temporal-namespace"]["image"].split(":")[1]


@pytest.mark.parametrize("name", OURS)
def test_our_commands_are_modules_that_exist(name: str) -> None:
    python, option, module, *_ = SERVICES[name]["command"]
    assert (python, option) == ("python", "-m")
    assert find_spec(module)


def test_the_search_attributes_are_those_of_the_embedded_server() -> None:
    (script,) = SERVICES["temporal-namespace"]["command"]
    assert dict(re.findall(r"--name (\w+) --type (\w+)", script)) == SEARCH_ATTRIBUTES


@pytest.mark.parametrize("name", ["temporal-schema", "temporal-namespace"])
def test_the_scripts_are_shell(name: str) -> None:
    (script,) = SERVICES[name]["command"]
    subprocess.run(["sh", "-n", "-c", script.replace("$$", "$")], check=True)


def test_a_worker_has_time_to_drain() -> None:
    drain = interpolated(SERVICES["worker"]["environment"]["BOTARMY_WORKER_DRAIN_SECONDS"])
    assert float(interpolated(SERVICES["worker"]["stop_grace_period"]).removesuffix("s")) > float(drain)


async def test_a_worker_is_healthy_while_it_polls(
    servers: Servers, settings: Settings, worker: None, tmp_path: Path
) -> None:
    script = tmp_path / "worker_health.py"
    script.write_text(COMPOSE["configs"]["worker-health"]["content"])

    async def healthy(task_queue: str) -> bool:
        environment = os.environ | {
            "TEMPORAL_ADDRESS": servers.temporal,
            "BOTARMY_TASK_QUEUE": task_queue,
            "PYTHONPATH": str(CHECKOUT),
        }
        done = await asyncio.to_thread(subprocess.run, [sys.executable, script], env=environment, capture_output=True)
        return done.returncode == 0

    await eventually(lambda: healthy(settings.task_queue))
    assert not await healthy("another queue")


async def test_the_image_looks_at_the_health_of_its_api(api_url: str) -> None:
    dockerfile = (CHECKOUT / "Dockerfile").read_text()
    found = re.search(r"^HEALTHCHECK (?:.*\\\n)*\s*CMD (\[.*\])$", dockerfile, re.MULTILINE)
    assert found
    _, *arguments = json.loads(found[1])

    async def healthy(port: str) -> bool:
        command, environment = [sys.executable, *arguments], os.environ | {"BOTARMY_PORT": port}
        done = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True)
        return done.returncode == 0

    assert await healthy(api_url.rpartition(":")[2])
    assert not await healthy("1")


def test_the_image_has_all_that_its_commands_need_and_no_more() -> None:
    lines = [line for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    let_in = {line[1:] for line in lines if line.startswith("!")}
    packages = set(tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    assert let_in == packages | {"alembic.ini", "migrations", "pipelines", "pyproject.toml", "requirements.txt"}
    assert all((CHECKOUT / name).exists() for name in let_in)


def test_the_image_runs_as_nobody_special_and_is_compiled() -> None:
    dockerfile = (CHECKOUT / "Dockerfile").read_text()
    instructions = [shlex.split(line, posix=False) for line in dockerfile.splitlines() if re.match(r"[A-Z]+ ", line)]
    assert [words for words in instructions if words[0] == "USER"] == [["USER", "10001:10001"]]
    assert "--require-hashes" in dockerfile
    assert "compileall" in dockerfile
    assert "PYTHONDONTWRITEBYTECODE" not in dockerfile
