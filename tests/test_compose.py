"""Checks docker-compose.yml and the Dockerfile without Docker: their schema, scripts and settings."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema
import psycopg
import pytest
import redis
import yaml
from temporalio.envconfig import ClientConfigProfile
from waiting import eventually

from cli.stack.embedded import Servers
from cli.stack.ports import free_port
from cli.stack.postgres import PROGRAMS
from cli.stack.temporal import SEARCH_ATTRIBUTES
from cli.stack.valkey import PROGRAM
from config.settings import Settings

CHECKOUT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (CHECKOUT / "Dockerfile").read_text()
PYPROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
SCHEMA = json.loads(Path(__file__).with_name("compose-spec.json").read_text())
OURS = ("migrate", "api", "worker")
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::-([^}]*))?\}")


def interpolated(value: object) -> str:
    """Return a value as Compose interpolates it without any variables set."""
    return VARIABLE.sub(lambda found: found[2] or "", str(value)).replace("$$", "$")


def texts(node: object) -> list[str]:
    """Return all strings in a YAML node."""
    if isinstance(node, dict):
        return [text for value in node.values() for text in texts(value)]
    if isinstance(node, list):
        return [text for value in node for text in texts(value)]
    return [node] if isinstance(node, str) else []


def one_shots() -> set[str]:
    """Return the services whose completion others wait for."""
    return {
        name
        for service in SERVICES.values()
        for name, wait in service.get("depends_on", {}).items()
        if wait["condition"] == "service_completed_successfully"
    }


def errors_in(document: object) -> list[str]:
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


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that `make secrets` creates."""
    folder = tmp_path_factory.mktemp("compose") / "secrets"
    make_secrets(folder)
    return folder


def make_secrets(folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["sh", str(CHECKOUT / "scripts" / "secrets")]
    return subprocess.run(command, env=os.environ | {"SECRETS": str(folder)}, capture_output=True, text=True)


def script(service: str, secrets: Path) -> str:
    """Return the shell script of a service, with another folder for its secrets."""
    assert SERVICES[service]["entrypoint"] == ["/bin/sh", "-ceu"]
    (text,) = SERVICES[service]["command"]
    return str(text).replace("$$", "$").replace("/run/secrets", str(secrets))


def programs(folder: Path, **scripts: str) -> dict[str, str]:
    """Create shell scripts, and return a PATH on which they come first."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return {"PATH": f"{folder}:{sysconfig.get_path('scripts')}:{os.environ['PATH']}"}


def run(text: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    command = ["sh", "-ceu", text]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, timeout=100)


@pytest.mark.parametrize("name", OURS)
def test_every_variable_that_is_set_is_read(name: str, secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {field.validation_alias or f"BOTARMY_{key.upper()}" for key, field in Settings.model_fields.items()}
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


def test_the_database_url_names_the_database_that_is_created(secrets: Path) -> None:
    environment = SERVICES["postgres"]["environment"]
    url = (secrets / "database-url").read_text()
    assert url.startswith(f"postgresql://{environment['POSTGRES_USER']}:")
    assert url.endswith(f"@postgres:5432/{environment['POSTGRES_DB']}\n")
    # Since version 18 the image keeps its data one folder deeper, and refuses a volume at .../data.
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]


def test_secrets_are_created_once_as_files(secrets: Path, tmp_path: Path) -> None:
    assert not re.search(
        r"(?i)(password|pwd|secret|key)\w*: [^/\[]*$", (CHECKOUT / "docker-compose.yml").read_text(), re.M
    )
    declared = {interpolated(secret["file"]) for secret in COMPOSE["secrets"].values()}
    assert declared == {f"./secrets/{file.name}" for file in secrets.iterdir()}
    assert all(set(service.get("secrets", ())) <= COMPOSE["secrets"].keys() for service in SERVICES.values())
    assert secrets.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in secrets.iterdir()} == {0o444}  # containers run as different users

    before = {file.name: file.read_text() for file in secrets.iterdir()}
    assert len(set(before.values())) == 4
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


def test_every_long_running_service_has_a_health_check_and_restarts() -> None:
    for name, service in SERVICES.items():
        if "profiles" in service:  # run by people, not by `up`
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


def test_pin_images_adds_digests_to_tags(tmp_path: Path) -> None:
    shutil.copytree(CHECKOUT / "scripts", tmp_path / "scripts")
    for name in ("docker-compose.yml", "Dockerfile"):
        shutil.copy(CHECKOUT / name, tmp_path)
    for letter in "ab":  # the second run finds other digests
        environment = programs(tmp_path / "bin", docker=f"printf 'sha256:%064d\\n' 0 | tr 0 {letter}")
        done = run(f"sh '{tmp_path}/scripts/pin-images'", environment)
        assert done.returncode == 0, done.stderr
        text = (tmp_path / "docker-compose.yml").read_text()
        pinned = re.sub(f"@sha256:{letter * 64}$", "", text, flags=re.M)
        assert pinned == (CHECKOUT / "docker-compose.yml").read_text()
        images = {service["image"] for service in yaml.safe_load(text)["services"].values()}
        assert all(("@sha256:" in image) != image.startswith("botarmy") for image in images)
        assert f"FROM python:3.11-slim@sha256:{letter * 64} AS botarmy\n" in (tmp_path / "Dockerfile").read_text()
    environment = programs(tmp_path / "bin", docker="echo 'no such manifest'")
    assert run(f"sh '{tmp_path}/scripts/pin-images'", environment).returncode != 0
    assert (tmp_path / "docker-compose.yml").read_text() == text


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


async def test_the_namespace_is_registered_once(servers: Servers, secrets: Path, tmp_path: Path) -> None:
    text = script("temporal-namespace", secrets)
    assert dict(re.findall(r"--name (\w+) --type (\w+)", text)) == SEARCH_ATTRIBUTES
    namespace = f"compose-{uuid4().hex}"
    environment = {"TEMPORAL_ADDRESS": servers.temporal, "TEMPORAL_NAMESPACE": namespace, "RETENTION": "3d"}
    environment |= programs(tmp_path / "bin")
    first = await asyncio.to_thread(run, text, environment)
    assert (first.returncode, first.stderr) == (0, "")
    again = await asyncio.to_thread(run, text, environment)
    assert (again.returncode, again.stderr) == (0, "")
    assert re.fullmatch(f"operator namespace create .*{namespace}.*: exists already\n", again.stdout)
    list_them = ["temporal", "operator", "search-attribute", "list", "--namespace", namespace]
    listed = subprocess.run(list_them, env=os.environ | environment, capture_output=True, text=True, check=True).stdout
    assert {name: kind for name, kind in SEARCH_ATTRIBUTES.items() if re.search(rf"{name}\s+{kind}", listed)} == (
        SEARCH_ATTRIBUTES
    )


def test_waiting_for_temporal_ends(secrets: Path, tmp_path: Path) -> None:
    text = script("temporal-namespace", secrets)
    environment = {"TEMPORAL_NAMESPACE": "default", "RETENTION": "1d", "CALLS": str(tmp_path / "calls")}
    for message, calls in {"connection refused": 60, "Request unauthorized.": 1, "permission denied": 1}.items():
        (tmp_path / "calls").write_text("")
        temporal = f'echo "$@" >>"$CALLS"; echo "Error: {message}" >&2; exit 1'
        done = run(text, environment | programs(tmp_path / "bin", temporal=temporal, sleep=""))
        assert done.returncode != 0
        assert done.stderr == f"Error: {message}\noperator cluster health: failed\n"
        assert len((tmp_path / "calls").read_text().splitlines()) == calls
    denied = 'case "$*" in *create*) echo "Error: namespace: permission denied" >&2; exit 1 ;; esac'
    done = run(text, environment | programs(tmp_path / "bin", temporal=denied, sleep=""))
    assert done.returncode != 0
    assert "Error: namespace: permission denied" in done.stderr


SQL_TOOL = f"""
# The parts of temporal-sql-tool that the script uses, with the database's real messages.
psql() {{
    export PGPASSWORD="$SQL_PASSWORD"
    "{PROGRAMS / "psql"}" -h "$SQL_HOST" -p "$SQL_PORT" -U "$SQL_USER" -qX -v ON_ERROR_STOP=1 "$@"
}}
database=$PREFIX$2
case $3 in
    create) psql -d postgres -c "CREATE DATABASE $database" ;;
    setup-schema) psql -d "$database" -c "CREATE TABLE schema_version (version text)" ;;
    update-schema) psql -d "$database" -c "CREATE TABLE IF NOT EXISTS $(basename "$(dirname "$5")") ()" ;;
esac
"""


async def test_temporals_databases_are_created_once(servers: Servers, tmp_path: Path) -> None:
    async with await psycopg.AsyncConnection.connect(servers.database, autocommit=True) as connection:
        at, prefix = connection.info, f"t{uuid4().hex}_"
        await connection.execute(f"CREATE ROLE {prefix}guest LOGIN PASSWORD 'guest'")
        (tmp_path / "postgres-password").write_text(f"{at.password}\n")
        text = script("temporal-schema", tmp_path)
        environment = {"SQL_HOST": at.host, "SQL_PORT": str(at.port), "SQL_USER": at.user, "PREFIX": prefix}
        environment |= programs(tmp_path / "bin", **{"temporal-sql-tool": SQL_TOOL})
        first = await asyncio.to_thread(run, text, environment)
        assert (first.returncode, first.stdout) == (0, ""), first.stderr
        again = await asyncio.to_thread(run, text, environment)
        assert again.returncode == 0, again.stderr
        assert again.stdout.count("exists already") == 4
        found = await connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        assert {name for (name,) in await found.fetchall()} == {f"{prefix}temporal", f"{prefix}temporal_visibility"}

        (tmp_path / "postgres-password").write_text("guest\n")
        guest = environment | {"SQL_USER": f"{prefix}guest", "PREFIX": f"{prefix}other_"}
        refused = await asyncio.to_thread(run, text, guest)
        assert refused.returncode != 0
        assert "permission denied to create database" in refused.stderr
        (tmp_path / "postgres-password").write_text("wrong\n")
        wrong = await asyncio.to_thread(run, text, environment)
        assert wrong.returncode != 0
        assert "password authentication failed" in wrong.stderr


def test_temporal_is_given_its_password(secrets: Path, tmp_path: Path) -> None:
    entrypoint = tmp_path / "entrypoint.sh"
    entrypoint.write_text('#!/bin/sh\nprintf "%s" "$POSTGRES_PWD"\n')
    entrypoint.chmod(0o755)
    done = run(script("temporal", secrets).replace("/etc/temporal/entrypoint.sh", str(entrypoint)), {})
    assert done.stdout == (secrets / "postgres-password").read_text().strip()


async def test_redis_requires_its_password_and_stops_on_sigterm(secrets: Path, tmp_path: Path) -> None:
    port = free_port()
    environment = programs(
        tmp_path / "bin",
        **{
            "docker-entrypoint.sh": f'exec "$@" --port {port} --bind 127.0.0.1',
            "valkey-server": f'exec "{PROGRAM}" "$@"',
        },
    )
    server = subprocess.Popen(
        ["sh", "-ceu", script("redis", secrets)],
        env=os.environ | environment,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        password = (secrets / "redis-password").read_text().strip()
        client = redis.Redis(port=port, password=password)

        async def answers() -> bool:
            try:
                return bool(await asyncio.to_thread(client.ping))
            except redis.ConnectionError:
                return False

        await eventually(answers)
        assert client.config_get("save") == {"save": ""}
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=port).ping()
        assert password not in Path(f"/proc/{server.pid}/cmdline").read_text() if Path("/proc/self").exists() else True
        client.close()
    finally:
        server.terminate()
    assert await asyncio.to_thread(server.wait, 30) == 0


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


async def test_the_image_checks_the_health_of_its_api(api_url: str) -> None:
    found = re.search(r"^HEALTHCHECK (?:.*\\\n)*\s*CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert found
    _, *arguments = json.loads(found[1])

    async def healthy(port: str) -> bool:
        command, environment = [sys.executable, *arguments], os.environ | {"BOTARMY_PORT": port}
        done = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True)
        return done.returncode == 0

    assert await healthy(api_url.rpartition(":")[2])
    assert not await healthy("1")


def test_the_image_contains_exactly_what_its_commands_need(tmp_path: Path) -> None:
    lines = [line for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    included = {line[1:] for line in lines if line.startswith("!")}
    wheel = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    others = {"pyproject.toml", "requirements.txt", "scripts/botarmy"}
    assert included == {*wheel["packages"], *wheel["force-include"], *others}
    for name in included:
        source, target = CHECKOUT / name, tmp_path / "app" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    # The Dockerfile puts the command next to the interpreter.
    assert "COPY --chmod=755 scripts/botarmy /opt/venv/bin/botarmy\n" in DOCKERFILE
    bin_folder = tmp_path / "venv" / "bin"
    programs(bin_folder, python=f'exec "{sys.executable}" "$@"', botarmy=(CHECKOUT / "scripts" / "botarmy").read_text())
    assert "PYTHONPATH=/app" in DOCKERFILE
    where = "import cli.main; print(cli.main.__file__)"
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "app")}
    found = subprocess.run([bin_folder / "python", "-P", "-c", where], env=environment, cwd="/", capture_output=True)
    assert found.stdout.decode().startswith(str(tmp_path / "app"))
    help_text = subprocess.run(
        [bin_folder / "botarmy", "--help"], env=environment, cwd="/", capture_output=True, text=True
    )
    assert "Usage: botarmy" in help_text.stdout


def test_the_image_has_no_servers() -> None:
    installed = re.findall(r"requirements[\w-]*\.txt", DOCKERFILE)
    assert set(installed) == {"requirements.txt"}
    servers = {line.partition("[")[0] for line in PYPROJECT["project"]["optional-dependencies"]["servers"]}
    pinned = set(re.findall(r"^([\w-]+)==", (CHECKOUT / "requirements.txt").read_text(), re.MULTILINE))
    assert pinned
    assert not servers & pinned


def test_the_image_runs_unprivileged_and_is_compiled() -> None:
    instructions = [shlex.split(line, posix=False) for line in DOCKERFILE.splitlines() if re.match(r"[A-Z]+ ", line)]
    assert [words for words in instructions if words[0] == "USER"] == [["USER", "10001:10001"]]
    assert instructions[-1] == ["FROM", "botarmy"]  # the default target
    assert "--require-hashes" in DOCKERFILE
    assert "compileall" in DOCKERFILE
    assert "PYTHONDONTWRITEBYTECODE" not in DOCKERFILE
