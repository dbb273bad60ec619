"""Reads docker-compose.yml and the Dockerfile, and runs the scripts in them without Docker."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sysconfig
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.checkout import CHECKOUT

COMPOSE = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (CHECKOUT / "Dockerfile").read_text()
PYPROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
SCHEMA = json.loads((CHECKOUT / "tests" / "compose-spec.json").read_text())
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
