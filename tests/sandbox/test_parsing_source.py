"""Many threads parse at once: steps look into code in threads."""

from __future__ import annotations

import ast
import gc
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.runner.source import parse

SOURCE = "def f(a):\n    return [each + (a if each else -a) for each in range(10)]\n" * 20


@pytest.fixture
def _gc_lets_other_threads_run() -> Iterator[None]:
    """As finalizers may, at any time. Each collection happens while a tree is built."""
    before = gc.get_threshold()

    def wait(phase: str, _: object) -> None:
        time.sleep(0.0001)

    gc.callbacks.append(wait)
    gc.set_threshold(50, 1000, 1000)
    yield
    gc.set_threshold(*before)
    gc.callbacks.remove(wait)


@pytest.mark.usefixtures("_gc_lets_other_threads_run")
def test_valid_source_is_parsed_in_many_threads_at_once() -> None:
    with ThreadPoolExecutor(8) as threads:
        trees = list(threads.map(lambda _: parse(SOURCE), range(40)))
    assert {len(tree.body) for tree in trees} == {20}
    assert all(isinstance(tree, ast.Module) for tree in trees)


def test_invalid_source_is_refused_and_the_next_one_is_parsed() -> None:
    with pytest.raises(SyntaxError, match=r"app\.py"):
        parse("def", "app.py")
    assert parse("x = 1").body
