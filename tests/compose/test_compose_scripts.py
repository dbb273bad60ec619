"""Runs the scripts of docker-compose.yml and scripts/pin-images without Docker."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import redis
import yaml

from cli.stack.embedded import Servers
from cli.stack.ports import free_port
from cli.stack.postgres import PROGRAMS
from cli.stack.valkey import PROGRAM
from config.settings import Settings
from models.contracts.search_attributes import SEARCH_ATTRIBUTES
from tests.checkout import CHECKOUT
from tests.compose.compose_under_test import COMPOSE, programs, run, script
from tests.waiting import eventually


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


def test_temporal_receives_its_password(secrets: Path, tmp_path: Path) -> None:
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
        done = await asyncio.to_thread(
            subprocess.run, [sys.executable, str(script)], env=environment, capture_output=True
        )
        return done.returncode == 0

    await eventually(lambda: healthy(settings.task_queue))
    assert not await healthy("another queue")
