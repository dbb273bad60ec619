"""Texts that a model, a person's code or a tool may write, and that must cost neither much time nor the step."""

from __future__ import annotations

import time

from pydantic_ai.messages import ModelResponse, TextPart

from crew.model import context
from crew.model.dialect import JsonText
from crew.model.written_tests import Baseline

SUM = " + ".join(["'a'"] * 2_000)
TEST = f"""\
import unittest
class It(unittest.TestCase):
    def test_it(self):
        text = {SUM}
        self.assertEqual(len(text), 2_000)
"""


def test_a_model_that_repeats_a_brace_calls_nothing_and_takes_no_time() -> None:
    started = time.process_time()
    assert JsonText().calls(ModelResponse(parts=[TextPart("{" * 500_000)])) == []
    assert JsonText().calls(ModelResponse(parts=[TextPart('{"tool": ' * 100_000)])) == []
    assert time.process_time() - started < 5


def test_long_texts_are_made_visible_at_once() -> None:
    text = "a line of a large file\n" * 400_000
    started = time.process_time()
    assert context.visible(f"{text}\u200b\U000e0041") == text
    assert time.process_time() - started < 3


def test_a_deep_expression_in_a_test_is_counted_like_another() -> None:
    tests = Baseline({"tests/test_it.py": TEST})
    assert tests.weakened_tests({"tests/test_it.py": TEST}) == []
    assert len(tests.weakened_tests({})) == 1
