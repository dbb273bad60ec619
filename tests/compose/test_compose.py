"""Checks docker-compose.yml: its schema, settings, secrets, health checks and images."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from opentelemetry.sdk import environment_variables
from temporalio.envconfig import ClientConfigProfile

from config.provider_keys import ADDRESSES, KEYS, provider_variables
from config.settings import Settings
from config.version import installed_version
from tests.checkout import CHECKOUT
from tests.compose.compose_under_test import (
    COMPOSE,
    DOCKERFILE,
    OURS,
    SCHEMA,
    SERVICES,
    VARIABLE,
    interpolated,
    make_secrets,
    one_shots,
    texts,
)
from tests.docs.pages import read, rows


def errors_in(document: dict[str, Any]) -> list[str]:
    validator = jsonschema.validators.validator_for(SCHEMA)
    return [f"{error.json_path}: {error.message}" for error in validator(SCHEMA).iter_errors(document)]


def test_the_file_conforms_to_the_compose_schema() -> None:
    assert errors_in(COMPOSE) == []


def test_the_schema_finds_mistakes() -> None:
    broken = json.loads(json.dumps(COMPOSE))  # without YAML's aliases
    broken["services"]["api"]["healthchek"] = {}
    broken["services"]["worker"]["depends_on"]["postgres"]["condition"] = "service_is_nice"
    found = " ".join(errors_in(broken))
    assert "$.services.api" in found
    assert "$.services.worker.depends_on" in found


def test_the_images_have_the_version_of_this_installed_version() -> None:
    tags = re.findall(r"\$\{BOTARMY_TAG:-(.+?)\}", (CHECKOUT / "docker-compose.yml").read_text())
    documented = {name.strip("`"): default.strip("`") for name, default, *_ in rows(read("docs/operations.md"))}
    assert {*tags, documented["BOTARMY_TAG"]} == {installed_version()}


@pytest.mark.parametrize("name", OURS)
def test_every_variable_that_is_set_is_read(name: str, secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {field.validation_alias or f"BOTARMY_{key.upper()}" for key, field in Settings.model_fields.items()}
    known |= {*KEYS, *ADDRESSES}
    known |= {name for name in vars(environment_variables) if name.startswith("OTEL_")}
    given = {variable: interpolated(value) for variable, value in SERVICES[name]["environment"].items()}
    files = {variable: value for variable, value in given.items() if variable.endswith("_FILE")}
    temporals = {variable: value for variable, value in given.items() if variable.startswith("TEMPORAL_")}
    assert {variable.removesuffix("_FILE") for variable in given.keys() - temporals.keys()} <= known
    for variable, value in temporals.items():
        profile = ClientConfigProfile.load(disable_file=True, override_env_vars={variable: value})
        assert value in (profile.address, profile.namespace, profile.api_key)
    assert set(files.values()) == {f"/run/secrets/{secret}" for secret in SERVICES[name]["secrets"]}
    for variable, value in given.items():
        monkeypatch.setenv(variable, value.replace("/run/secrets", str(secrets)))
    settings = Settings(_env_file=None)
    passwords = {each: (secrets / f"{each}-password").read_text().strip() for each in ("postgres", "redis")}
    assert settings.database_url == f"postgresql://botarmy:{passwords['postgres']}@postgres:5432/botarmy"
    assert settings.redis_url == f"redis://:{passwords['redis']}@redis:6379/0"
    assert settings.allowed_origins == []
    assert settings.model is None
    assert not {*KEYS, *ADDRESSES} & given.keys() or name == "worker", "only the worker has keys"


def test_a_key_comes_from_its_file_or_from_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    secrets = tmp_path / "secrets"
    make_secrets(secrets)
    for variable, value in SERVICES["worker"]["environment"].items():
        monkeypatch.setenv(variable, interpolated(value).replace("/run/secrets", str(secrets)))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "from-a-variable")
    (secrets / "openai-api-key").write_text("from-a-file\n")
    assert provider_variables() == {"ANTHROPIC_API_KEY": "from-a-variable", "OPENAI_API_KEY": "from-a-file"}
    assert SERVICES["cli"]["environment"].keys() >= SERVICES["worker"]["environment"].keys() & {*KEYS, *ADDRESSES}


def test_the_database_url_names_the_database_that_is_created(secrets: Path) -> None:
    environment = SERVICES["postgres"]["environment"]
    url = (secrets / "database-url").read_text()
    assert url.startswith(f"postgresql://{environment['POSTGRES_USER']}:")
    assert url.endswith(f"@postgres:5432/{environment['POSTGRES_DB']}\n")
    # Since version 18 the image keeps its data one folder deeper, and refuses a volume at .../data.
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]


def test_secrets_are_created_once_as_files(secrets: Path, tmp_path: Path) -> None:
    assert not re.search(
        r"(?i)(password|pwd|secret|key)\w*: (?!\$\{\w+:-\}$)[^/\[]*$",
        (CHECKOUT / "docker-compose.yml").read_text(),
        re.M,
    )
    declared = {interpolated(secret["file"]) for secret in COMPOSE["secrets"].values()}
    assert declared == {f"./secrets/{file.name}" for file in secrets.iterdir()}
    assert all(set(service.get("secrets", ())) <= COMPOSE["secrets"].keys() for service in SERVICES.values())
    assert secrets.stat().st_mode & 0o777 == 0o700
    keys = [file for file in secrets.iterdir() if file.name.endswith(("-api-key", "-client-secret"))]
    assert {file.read_text() for file in keys} == {""}
    # Containers run as different users; the owner writes the keys.
    assert all(file.stat().st_mode & 0o777 == (0o644 if file in keys else 0o444) for file in secrets.iterdir())

    before = {file.name: file.read_text() for file in secrets.iterdir()}
    assert len(set(before.values())) == 5 + 1
    assert make_secrets(secrets).stdout == ""
    assert {file.name: file.read_text() for file in secrets.iterdir()} == before
    (tmp_path / "postgres-password").write_text("chosen")
    assert make_secrets(tmp_path).returncode == 0
    assert "botarmy:chosen@" in (tmp_path / "database-url").read_text()
    (tmp_path / "redis-password").chmod(0o600)
    (tmp_path / "redis-password").write_text("p@ss/word")
    (tmp_path / "redis-url").unlink()
    refused = make_secrets(tmp_path)
    assert refused.returncode != 0
    assert "redis-password may only hold letters and digits" in refused.stderr
    assert not (tmp_path / "redis-url").exists()


def test_every_variable_has_a_default() -> None:
    found = [match for text in texts(COMPOSE) for match in VARIABLE.finditer(text)]
    assert found
    assert [match[0] for match in found if match[2] is None] == []


def test_temporals_web_ui_is_started_only_on_request() -> None:
    assert SERVICES["temporal-ui"]["profiles"] == ["temporal-ui"]
    assert SERVICES["api"]["environment"]["BOTARMY_TEMPORAL_UI_URL"] == "${BOTARMY_TEMPORAL_UI_URL:-}"


def test_every_long_running_service_has_a_health_check_and_restarts() -> None:
    for name, service in SERVICES.items():
        if name == "cli":  # run by people, not by `up`
            assert service["restart"] == "no", name
        elif name in one_shots():
            assert service["healthcheck"] == {"disable": True}, name
            assert service["restart"].startswith("on-failure"), name
        else:
            assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL"), name
            assert service["restart"] == "unless-stopped", name


def test_every_dependency_waits_for_a_possible_condition() -> None:
    for service in SERVICES.values():
        for name, wait in service.get("depends_on", {}).items():
            assert (wait["condition"] == "service_healthy") == (name not in one_shots())
    for name in ("api", "worker"):
        assert SERVICES[name]["depends_on"].keys() == {"postgres", "redis", "migrate", "temporal-namespace"}


@pytest.mark.parametrize("name", ["api", "worker"])
def test_api_and_worker_can_have_replicas(name: str) -> None:
    assert not SERVICES[name].keys() & {"container_name", "ports", "hostname", "volumes", "network_mode", "mac_address"}


def test_ports_are_published_on_loopback_by_default() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(published) == 2
    assert all(interpolated(port).startswith("127.0.0.1:") for port in published)


def test_images_are_pinned() -> None:
    for service in SERVICES.values():
        image = interpolated(service["image"])
        assert re.search(r":\d+\.\d+(\.\d+)?(-\w+)?(@sha256:[0-9a-f]{64})?$", image), image
    used = set(re.findall(r"temporalio/(?:server|admin-tools):([\d.]+)", " ".join(texts(COMPOSE)) + DOCKERFILE))
    assert len(used) == 1


def test_one_service_builds_the_image_before_the_others_start() -> None:
    ours = {name: service for name, service in SERVICES.items() if service["image"].startswith("botarmy:")}
    assert ours.keys() == {*OURS}
    assert [name for name, service in ours.items() if "build" in service] == ["migrate"]
    for name in ours.keys() - {"migrate"}:
        assert ours[name]["pull_policy"] == "never"  # never an image of that name from a registry
        assert "migrate" in ours[name]["depends_on"]
    assert [name for name, service in SERVICES.items() if "build" in service] == ["migrate", "cli"]
    assert SERVICES["cli"]["image"].startswith("botarmy-cli:")
    assert re.search(rf"^FROM \w+ AS {SERVICES['cli']['build']['target']}$", DOCKERFILE, re.MULTILINE)


def test_logs_are_bounded() -> None:
    for name, service in SERVICES.items():
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name


@pytest.mark.parametrize("name", OURS)
def test_our_commands_are_modules_that_exist(name: str) -> None:
    python, option, module, *_ = SERVICES[name]["command"]
    assert (python, option) == ("python", "-m")
    assert find_spec(module)


def test_a_worker_has_time_to_drain() -> None:
    drain = interpolated(SERVICES["worker"]["environment"]["BOTARMY_WORKER_DRAIN_SECONDS"])
    assert float(interpolated(SERVICES["worker"]["stop_grace_period"]).removesuffix("s")) > float(drain)
