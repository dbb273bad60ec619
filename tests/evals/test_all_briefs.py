"""The scripted provider carries out all twelve briefs, exactly. No model answers: what is tested is everything else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evals.briefs import Brief, load_all
from sandbox import Sandbox
from tests.cli.terminal_under_test import botarmy
from tests.evals.scripted import MODEL, TURN_USD, USED, expected_usage, scripts_of
from tests.provider import Provider

pytestmark = pytest.mark.long

BRIEFS = load_all()


@pytest.mark.parametrize("brief", BRIEFS, ids=[brief.name for brief in BRIEFS])
async def test_every_hidden_and_every_acceptance_test_fails_on_the_stub(brief: Brief) -> None:
    for tests in (brief.hidden, brief.script.acceptance_tests):
        checked = await Sandbox(60.0).check_acceptance(tests, brief.stub, brief.name)
        assert checked.problems == ()


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("worker")
async def test_every_brief_is_delivered_and_every_hidden_test_passes(
    api_url: str, tmp_path: Path, provider: Provider
) -> None:
    given = ("--model", MODEL, "--pipeline", "software-delivery", "--parallel", 2, "--no-check")
    ran = await botarmy(api_url, "eval", *given, cwd=tmp_path, env={"BOTARMY_TEST_SECONDS": "60"})
    assert ran.code == 0, ran
    *rows, total = [re.split(r" {2,}", line.strip()) for line in ran.out.splitlines()[1:]]
    turns = 0
    for row, brief, script in zip(rows, BRIEFS, scripts_of(*(each.name for each in BRIEFS)), strict=True):
        used = expected_usage(provider, script)
        turns += used["turns"]
        assert row[:-1] == [
            brief.name,
            "yes",
            f"{brief.hidden_tests} of {brief.hidden_tests}",
            "1",
            f"{used['turns']}",
            f"{used['input_tokens'] + used['output_tokens']:,}",
            f"${used['turns'] * TURN_USD:.2f}",
        ]
    tests = sum(brief.hidden_tests for brief in BRIEFS)
    tokens = turns * (USED.input + USED.output)
    expected = ["total", "12 of 12", f"{tests} of {tests}", "12", f"{turns}", f"{tokens:,}", f"${turns * TURN_USD:.2f}"]
    assert total[:-1] == expected
