"""Checks models, finds local servers, and prints both."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict

from cli.client.local_servers import LocalServer, find_servers
from cli.client.model_shapes import ModelReport
from cli.commands.model_check import check_models
from cli.errors import COMPLETED, FAILED
from cli.views.console import print_json, stdout
from cli.views.printable import plain

NO_MODEL = (
    "No model is set: projects rehearse. Set BOTARMY_MODEL, such as openai:gpt-5, and the provider's key, such as "
    "OPENAI_API_KEY, in .env or the environment."
)


async def show(names: Sequence[str], as_json: bool) -> int:
    """Print a report of each model, and without names the servers on this machine. Return the exit code."""
    reports, servers = await asyncio.gather(check_models(names), _servers(names))
    if as_json:
        found = [asdict(server) for server in servers]
        print_json({"models": [report.model_dump() for report in reports], "servers": found})
    else:
        lines = [line for report in reports for line in describe(report)] or [NO_MODEL]
        for line in (*lines, *(line for server in servers for line in describe_server(server))):
            stdout().print(plain(line, max_length=1000), soft_wrap=True)
    return FAILED if any(report.problem for report in reports) else COMPLETED


async def _servers(names: Sequence[str]) -> list[LocalServer]:
    return [] if names else await find_servers()


def describe(report: ModelReport) -> list[str]:
    """Return what is known of a model, and what to do, as lines."""
    if report.problem is not None:
        return [f"{'Temporary problem' if report.is_temporary else 'Problem'}: {report.problem}"]
    calls = "calls tools" if report.calls == "tools" else "does not call tools"
    context = f"{report.context_tokens or 0:,} tokens of context{'' if report.is_context_known else ' (assumed)'}"
    lines = [f"{report.model}: answered in {report.seconds or 0:.1f} s, {calls}, {context}, {_price(report)}"]
    if report.calls == "json":
        lines.append("  It writes JSON instead of calling tools: this needs BOTARMY_MODEL_TOOLS=json.")
    if report.warning is not None:
        lines.append(f"  Warning: {report.warning}")
    if not report.is_context_known:
        lines.append("  Its context is not on the public list: set BOTARMY_MODEL_CONTEXT_TOKENS if this is wrong.")
    return lines


def describe_server(server: LocalServer) -> list[str]:
    """Return the models of a server on this machine, and what to put into `.env` for the first of them."""
    if not server.models:
        return [f"{server.name} at {server.url} has no models."]
    settings = server.settings(server.models[0])
    return [
        f"{server.name} at {server.url} has {', '.join(server.models)}. In .env:",
        *(f"  {name}={value}" for name, value in settings.items()),
    ]


def _price(report: ModelReport) -> str:
    if not report.input_usd and not report.output_usd:
        return "free of charge"
    return f"{report.input_usd or 0:.2f} USD in and {report.output_usd or 0:.2f} USD out per million tokens"
