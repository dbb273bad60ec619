"""A worker that asks the scripted provider, in place of the stack's own workers, and the projects that it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.fault_stack import MODELS, FaultStack
from tests.faults.supervised_process import SupervisedProcess
from tests.provider import Provider

PIPELINE = "only-build"

__all__ = ["MODELS", "PIPELINE", "environment", "only_worker"]


def environment(provider: Provider, openai_key: str, anthropic_key: str) -> dict[str, str]:
    """Return the variables of a process that asks the provider."""
    return {
        "OPENAI_BASE_URL": provider.openai_url,
        "OPENAI_API_KEY": openai_key,
        "ANTHROPIC_BASE_URL": provider.url,
        "ANTHROPIC_API_KEY": anthropic_key,
    }


@asynccontextmanager
async def only_worker(stack: FaultStack, variables: dict[str, str]) -> AsyncIterator[SupervisedProcess]:
    """Run one worker with these variables in the block; the stack's own are stopped until it is restored."""
    for worker in stack.workers:
        await worker.stop()
    worker = await stack.add_worker(**variables)
    try:
        yield worker
    finally:
        await stack.remove(worker)
