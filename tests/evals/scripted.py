"""Briefs carried out with the scripted provider: no model answers, and what is used is known exactly."""

from __future__ import annotations

from typing import Any

from evals.briefs import BRIEFS, Brief, load
from tests.provider import Provider, Script, Turn, Usage
from tests.provider.product import Product
from tests.provider.scripts import of_brief, software_delivery

MODEL = "anthropic:claude-scripted"
PRICE = (3.0, 15.0)
"""US dollars for a million tokens of input and of output."""

USED = Usage(input=1000, output=100)
"""What each turn uses."""

TURN_USD = (USED.input * PRICE[0] + USED.output * PRICE[1]) / 1e6


def metered(script: Script) -> Script:
    """Return the script with a known usage of each turn."""

    def with_usage(step: Any) -> Turn:
        assert isinstance(step, Turn)
        return step.model_copy(update={"usage": USED})

    return script.model_copy(
        update={
            "conversations": {
                name: conversation.model_copy(update={"turns": tuple(map(with_usage, conversation.turns))})
                for name, conversation in script.conversations.items()
            }
        }
    )


def scripts_of(*briefs: str) -> tuple[Script, ...]:
    """Return the scripts of crews that deliver the reference solutions of briefs."""
    return tuple(metered(of_brief(BRIEFS / name)) for name in briefs)


def script_of_stub(name: str) -> Script:
    """Return the script of a crew that delivers a brief's stub, with tests that test nothing."""
    brief = load(BRIEFS / name)
    files = {**brief.stub, "tests/__init__.py": "", "tests/test_nothing.py": _empty_tests(brief)}
    product = Product.of_brief(BRIEFS / name).model_copy(update={"files": files})
    return metered(software_delivery(product, when=name))


def calls_of(script: Script, stage: str) -> int:
    """Return how many tools are called in a stage."""
    turns = [step for step in script.conversations[stage].turns if isinstance(step, Turn)]
    return sum(len(turn.calls) for turn in turns)


def expected_usage(provider: Provider, script: Script, times: dict[str, int] | None = None) -> dict[str, Any]:
    """Return what a delivery by a script used, apart from its rounds: what the provider counted, and at least each of
    the script's turns. Temporal starts a step again whose worker seems dead, as it may on a busy machine, and the call
    that was lost is asked, and paid for, twice.

    Args:
        times: how often a stage runs, if more than once.
    """
    least = sum(len(each.turns) * (times or {}).get(stage, 1) for stage, each in script.conversations.items())
    turns = sum(call.script == script.when and call.ended == "answered" for call in provider.calls)
    assert turns >= least
    return {"turns": turns, "input_tokens": turns * USED.input, "output_tokens": turns * USED.output}


def _empty_tests(brief: Brief) -> str:
    ids = [requirement["id"] for requirement in brief.script.specification["requirements"]]
    tests = "".join(f'    def test_{id.lower()}(self):\n        """{id}: nothing"""\n' for id in ids)
    return f"import unittest\n\n\nclass Nothing(unittest.TestCase):\n{tests}"
