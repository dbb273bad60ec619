"""`python -m crew.model.check [MODEL ...]`: ask each model once, with one tiny call, and print a line of JSON for each.

Without names, the models that the settings and the pipelines name. `botarmy models`, `botarmy run --model` and `botarmy
up` start it as a process of its own: the terminal only speaks HTTP, and pydantic_ai takes a second to import. It has
the environment and the `.env` of that command, and so finds what a worker that is started there would find. No stack
need be there, so its calls are booked in no budget. Their cost is bounded instead: the output of one costs a cent at
most.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from pydantic import ValidationError
from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import ModelAuthenticationError, ModelRequestRejectedError
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, UserPromptPart
from pydantic_ai.settings import ModelSettings

from config.provider_keys import provider_variables
from config.setting_values import of_model
from config.settings import Settings, SettingsError, get_settings
from crew.list_prices import PER
from crew.model.clients import ModelClient, ModelClients
from crew.model.dialect import Dialect, JsonText, NativeTools
from crew.model.failures import failure_of
from crew.model.limits import warning_about
from crew.model.tool import Arguments, Tool
from crew.protocol import AgentError
from models.contracts.roles import each_model
from pipelines.catalogue import SHIPPED, load_catalogue

INVALID_SETTINGS = os.EX_CONFIG
"""The exit code if a setting, or the file of a key, cannot be used. Python itself exits with 1 and 2."""

SECONDS = 60.0
"""How long a model may take to answer. A local server loads it first."""

MAX_OUTPUT_TOKENS, MAX_OUTPUT_USD = 2_000, 0.01
"""Of one call: enough for a model that thinks before its one word, and never more than a cent."""


class CheckToolArguments(Arguments):
    word: Literal["ready"]


async def _never_run(arguments: CheckToolArguments) -> str:
    return ""


TOOL = Tool("answer", "Answer with one word.", CheckToolArguments, _never_run)


@dataclass(frozen=True, slots=True)
class Report:
    """What a check has found.

    `problem` is None for a model that can be used; a temporary one may have gone the next time. `warning` says which
    steps it may be too dear for. `calls` is how it calls tools. Prices are US dollars for a million tokens.
    """

    model: str
    problem: str | None = None
    warning: str | None = None
    is_temporary: bool = False
    seconds: float | None = None
    calls: Literal["tools", "json"] | None = None
    input_usd: float | None = None
    output_usd: float | None = None
    context_tokens: int | None = None
    is_context_known: bool = False


async def check(clients: ModelClients, settings: Settings, name: str) -> Report:
    """Ask a model to call a tool, and if it does not, to write the call as JSON."""
    try:
        client = clients.get(name)
    except AgentError as error:
        return Report(name, " ".join(str(error).split()))
    try:
        async with asyncio.timeout(SECONDS):
            calls, response, seconds = await _ask(client)
    except TimeoutError:
        return Report(name, f"{name} did not answer within {SECONDS:.0f} s.", is_temporary=True)
    except Exception as error:
        failure = failure_of(error, name, client.secrets)
        return Report(name, str(failure), is_temporary=failure.retryable)
    known = of_model(settings.model_context_tokens, name) or client.model.profile.get("context_window")
    is_cut = not calls and response.finish_reason == "length"
    problem = f"{name} answers, but neither calls a tool nor writes JSON: choose another model."
    if is_cut:
        problem = f"{name} did not come to an answer within {_output_tokens(client):,} tokens; it may do so in a step."
    return Report(
        name,
        None if calls else problem,
        is_temporary=is_cut,
        warning=warning_about(client.price, client.max_output_tokens),
        seconds=round(seconds, 2),
        calls=calls,
        input_usd=client.price.input_usd,
        output_usd=client.price.output_usd,
        context_tokens=client.context_tokens,
        is_context_known=known is not None,
    )


def _output_tokens(client: ModelClient) -> int:
    """Return how many tokens of output a call may have."""
    most = min(MAX_OUTPUT_TOKENS, client.max_output_tokens)
    return min(most, int(MAX_OUTPUT_USD * PER / client.price.output_usd)) if client.price.output_usd else most


async def _ask(client: ModelClient) -> tuple[Literal["tools", "json"] | None, ModelResponse, float]:
    """Return how the model calls tools, its answer, and how many seconds that took. Raises what the request raises."""
    if client.dialect.name == NativeTools.name:
        with_tools = NativeTools()
        try:
            response, seconds = await _request(client, with_tools)
        except ModelAuthenticationError:
            raise
        except ModelRequestRejectedError:  # perhaps because it has tools, which not every model takes
            pass
        else:
            if _is_right(with_tools, response):
                return "tools", response, seconds
    as_text = JsonText()
    response, seconds = await _request(client, as_text)
    return ("json" if _is_right(as_text, response) else None), response, seconds


async def _request(client: ModelClient, dialect: Dialect) -> tuple[ModelResponse, float]:
    system = dialect.system("You are checked before you are given work.", [TOOL])
    task = UserPromptPart('Call the tool `answer` with the word "ready".')
    messages: list[ModelMessage] = [ModelRequest(parts=[task], instructions=system)]
    settings: ModelSettings = {**client.settings, "max_tokens": _output_tokens(client)}
    started = time.monotonic()
    response = await model_request(
        client.model, messages, model_settings=settings, model_request_parameters=dialect.parameters([TOOL])
    )
    return response, time.monotonic() - started


def _is_right(dialect: Dialect, response: ModelResponse) -> bool:
    calls = dialect.calls(response)
    try:
        return (
            bool(calls) and calls[0].tool == TOOL.name and bool(CheckToolArguments.model_validate(calls[0].arguments))
        )
    except ValidationError:
        return False


def configured(settings: Settings) -> list[str]:
    """Return the models that the settings and the pipelines name."""
    named = [settings.model]
    for pipeline in load_catalogue(SHIPPED, *filter(None, [settings.pipelines_dir])).values():
        named += [stage.model for stage in pipeline.stages]
        named += [role.model for role in pipeline.roles]
    return _each(list(filter(None, named)))


def _each(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(model for models in names for model in each_model(models)))


async def main(names: Sequence[str]) -> None:
    settings = get_settings()
    provider_variables()  # an error in them is reported once, rather than for each model
    clients = ModelClients(settings)
    try:
        checks = [check(clients, settings, name) for name in _each(names) or configured(settings)]
        for report in await asyncio.gather(*checks):
            print(json.dumps(asdict(report)), flush=True)  # noqa: T201 - its output is read by the command that starts it
    finally:
        await clients.close()


if __name__ == "__main__":
    try:
        asyncio.run(main(sys.argv[1:]))
    except SettingsError as error:
        print("; ".join(error.sentences), file=sys.stderr)  # noqa: T201 - as above
        sys.exit(INVALID_SETTINGS)
