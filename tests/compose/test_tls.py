"""The proxy of docker-compose.tls.yml, run by the same Caddy without Docker: HTTPS, forwarded addresses, sign-in."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import ssl
import subprocess
import sysconfig
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import pytest
import yaml
from websockets.asyncio.client import connect

from config.settings import Settings
from store.transaction import Store
from tests.api_client import V1
from tests.checkout import CHECKOUT
from tests.compose.compose_under_test import COMPOSE, SCHEMA, SERVICES
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET, identity_provider
from tests.serving import served
from tests.waiting import eventually

CADDY = str(Path(sysconfig.get_path("scripts")) / "caddy")
OVERRIDE: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.tls.yml").read_text())
DOMAIN = re.compile(r"\$\{BOTARMY_DOMAIN:\?[^}]*\}")


def caddyfile(document: dict[str, Any], name: str, domain: str = "botarmy.example") -> str:
    return DOMAIN.sub(domain, document["configs"][name]["content"])


@pytest.mark.parametrize(("document", "name"), [(COMPOSE, "proxy"), (OVERRIDE, "proxy-tls")])
def test_caddy_understands_its_file(tmp_path: Path, document: dict[str, Any], name: str) -> None:
    (tmp_path / "Caddyfile").write_text(caddyfile(document, name))
    command = [CADDY, "adapt", "--config", "Caddyfile", "--adapter", "caddyfile", "--validate"]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | homes(tmp_path), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    listeners = {
        address
        for server in json.loads(done.stdout)["apps"]["http"]["servers"].values()
        for address in server["listen"]
    }
    assert listeners == ({":8080"} if name == "proxy" else {":8080", ":443"})


def test_the_override_fits_the_file_that_it_overrides() -> None:
    validator = jsonschema.validators.validator_for(SCHEMA)
    assert [error.message for error in validator(SCHEMA).iter_errors(OVERRIDE)] == []
    assert OVERRIDE["services"].keys() <= SERVICES.keys()
    (port,) = {str(port).rpartition(":")[2] for port in SERVICES["proxy"]["ports"]}
    assert f":{port} {{" in OVERRIDE["configs"]["proxy-tls"]["content"]
    names = SERVICES["api"]["environment"]["BOTARMY_PUBLIC_URL"].split(",")[1:]
    assert OVERRIDE["services"]["api"]["environment"]["BOTARMY_PUBLIC_URL"].split(",")[1:] == names


async def test_people_sign_in_over_tls(settings: Settings, store: Store, tmp_path: Path) -> None:
    async with identity_provider() as provider:
        client = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET}
        behind = settings.model_copy(update=client | {"trusted_proxies": ["127.0.0.0/8"]})
        async with served(behind) as api_url, caddy(tmp_path, int(api_url.rpartition(":")[2])) as (http, https, trust):
            url = f"https://localhost:{https}"
            forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
            options: dict[str, Any] = {"trust_env": False, "timeout": 30, "headers": forged}
            async with httpx2.AsyncClient(base_url=url, verify=trust, **options) as browser:
                begun = await browser.get("/auth/oidc?next=/inbox")
                assert begun.headers["set-cookie"].startswith("__Host-botarmy_sign_in=")
                async with httpx2.AsyncClient(trust_env=False, timeout=30) as outside:
                    callback = (await outside.get(begun.headers["location"])).headers["location"]
                    plain = await outside.get(f"http://localhost:{http}/inbox")
                assert plain.headers["location"].startswith("https://localhost")
                # What only operators ask the API itself.
                for path in ("/metrics", "/metrics/", "/%6Detrics", "/Metrics", "/health/ready"):
                    assert (await browser.get(path)).status_code == 404, path
                assert (await browser.get("/health/")).status_code == 200
                assert callback.startswith(f"{url}/auth/callback?")
                signed_in = await browser.get(callback)
                assert signed_in.headers["location"] == "/inbox"
                assert signed_in.headers["strict-transport-security"] == "max-age=31536000"
                (cookie,) = signed_in.headers.get_list("set-cookie")
                assert cookie.startswith("__Host-botarmy_session=")
                assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
                assert (await browser.get(f"{V1}/auth/me")).json()["method"] == "session"
                jar = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
            socket_url = url.replace("https", "wss") + "/ws"
            origin: Any = url
            async with connect(
                socket_url, ssl=trust, origin=origin, additional_headers={"Cookie": jar}, compression=None, proxy=None
            ) as following:
                await following.send('{"action": "ping"}')
                assert json.loads(await following.recv())["event_type"] == "pong"
    async with store.reading() as connection:
        query = "SELECT address FROM auth_event WHERE kind = 'signed_in'"
        assert {row.address for row in await connection.exec_driver_sql(query)} <= {"127.0.0.1", "::1"}


@asynccontextmanager
async def caddy(folder: Path, api_port: int) -> AsyncIterator[tuple[int, int, ssl.SSLContext]]:
    """Run the proxy for `localhost`, on free ports, with a certificate of its own. Yield its ports for HTTP and HTTPS,
    and what trusts the certificate."""
    http, https, inner = free_port(), free_port(), free_port()
    text = caddyfile(OVERRIDE, "proxy-tls", "localhost")
    changes = {
        "admin off": f"admin off\n  skip_install_trust\n  http_port {http}\n  https_port {https}",
        "name api": "name localhost",
        "port 8000": f"port {api_port}",
        ":8080": f":{inner}",
    }
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1) if old != ":8080" else re.sub(r"^:8080", new, text, flags=re.MULTILINE)
    (folder / "Caddyfile").write_text(text)
    command = [CADDY, "run", "--config", "Caddyfile", "--adapter", "caddyfile"]
    with (folder / "log").open("wb") as log:
        program = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=os.environ | homes(folder), stdout=log, stderr=log
        )
    root = folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    try:
        await eventually(lambda: is_serving(root, https))
        yield http, https, ssl.create_default_context(cafile=str(root))
    finally:
        program.terminate()
        await program.wait()


async def is_serving(root: Path, port: int) -> bool:
    if not root.exists():
        return False
    try:
        trust = ssl.create_default_context(cafile=str(root))
        async with httpx2.AsyncClient(verify=trust, trust_env=False) as client:
            return (await client.get(f"https://localhost:{port}/health/")).status_code == 200
    except (httpx2.HTTPError, ssl.SSLError):
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def homes(folder: Path) -> dict[str, str]:
    return {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
