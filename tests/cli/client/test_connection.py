"""The environment's proxies and certificates apply to remote servers, and not to those on this machine."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from config.outbound import CERTIFICATES, PROXIES, OutboundError, http_client
from config.settings import Settings
from crew.model.clients import ModelClients
from crew.protocol import AgentError
from tests.checkout import CHECKOUT
from tests.cli.terminal_under_test import botarmy

UNUSABLE = (
    # the variable, its value, and the error for a remote server
    ("ALL_PROXY", "socks5://u:hunter2@127.0.0.1:1080", "a SOCKS proxy (ALL_PROXY) is not supported"),
    ("all_proxy", "socks5h://127.0.0.1:1080", "a SOCKS proxy (all_proxy) is not supported"),
    ("ALL_PROXY", "socks4://u:hunter2@127.0.0.1:1080", "the proxy in ALL_PROXY cannot be used"),
    ("HTTPS_PROXY", "http://u:hunter2@[::1", "the proxy in HTTPS_PROXY cannot be used"),
    ("HTTP_PROXY", "http://u:x/hunter2@proxy", "the proxy in HTTP_PROXY cannot be used"),
    ("HTTPS_PROXY", "ftp://u:hunter2@proxy", "the proxy in HTTPS_PROXY cannot be used"),
    ("SSL_CERT_FILE", "/no/such/ca.pem", "SSL_CERT_FILE=/no/such/ca.pem cannot be used: No such file"),
    ("SSL_CERT_FILE", "/etc/passwd", "SSL_CERT_FILE=/etc/passwd cannot be used: no certificate found"),
)
FREE = Settings(_env_file=None, model_prices={"openai:mine": (0, 0)})
LOCAL = ("http://127.0.0.1:8000", "https://localhost:8000", "http://[::1]:8000", "http://127.9.9.9", "http://0.0.0.0:1")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, *CERTIFICATES):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def test_an_unusable_variable_is_named_for_a_remote_server_and_ignored_for_a_local_one() -> None:
    for variable, value, message in UNUSABLE:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(variable, value)
            for base in LOCAL:
                await http_client(base).aclose()
                sources = ModelClients(FREE, {"OPENAI_BASE_URL": f"{base}/v1"})
                assert sources.get("openai:mine").model.base_url == f"{base}/v1/"
                await sources.close()
            with pytest.raises(OutboundError) as refused:
                http_client("https://api.example")
            with pytest.raises(AgentError) as error:
                ModelClients(FREE, {"OPENAI_API_KEY": "any"}).get("openai:gpt-5")
        assert not error.value.retryable
        for said in (str(refused.value), str(error.value)):
            assert message in said
            assert "hunter2" not in said


@pytest.mark.usefixtures("worker")
async def test_commands_reach_a_local_api_in_any_environment(api_url: str, tmp_path: Path) -> None:
    hostile = {variable: value for variable, value, _ in UNUSABLE} | {"SSL_CERT_DIR": "/no/such", "HOME": str(tmp_path)}
    hostile |= {"NO_PROXY": "[::1,*:x"}
    (tmp_path / ".netrc").write_text('machine\n  broken "')
    brief = CHECKOUT / "examples" / "url-shortener.md"
    ran = await botarmy(api_url, "run", brief, "--pipeline", "quick-start", cwd=tmp_path, env=hostile)
    assert (ran.code, ran.err) == (0, ""), ran
    ran = await botarmy("", "projects", "--api", "http://127.0.0.1:9", cwd=tmp_path, env=hostile)
    assert (ran.code, ran.err) == (
        5,
        "botarmy: cannot reach BotArmy at http://127.0.0.1:9; start it with: botarmy up\n",
    )
    ran = await botarmy("", "projects", "--api", "https://api.invalid", cwd=tmp_path, env=hostile)
    assert ran.code == 5
    assert ran.err.startswith("botarmy: cannot reach BotArmy at https://api.invalid: "), ran
    assert "hunter2" not in ran.err


async def test_a_remote_api_is_reached_through_the_proxy_and_no_password_is_printed(tmp_path: Path) -> None:
    requests: list[str] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append((await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[0])
        body = json.dumps({"items": [], "next_cursor": None}).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(proxy, "127.0.0.1", 0) as server:
        place = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        env = {"HTTP_PROXY": f"http://u:hunter2@{place}"}
        ran = await botarmy("", "projects", "--api", "http://api.invalid", cwd=tmp_path, env=env)
        assert (ran.code, ran.out) == (0, "No projects.\n"), ran
        assert requests == ["GET http://api.invalid/api/v1/projects/?limit=200 HTTP/1.1"]
    ran = await botarmy("", "projects", "--api", "http://v:hunter3@api.invalid", cwd=tmp_path, env=env)
    assert ran.code == 5
    assert ", through the proxy in HTTP_PROXY" in ran.err
    assert "hunter" not in ran.err
