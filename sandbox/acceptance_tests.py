"""Acceptance tests: they drive a product from another process, through the module `product`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from artifacts.file_sets import check
from sandbox.launcher.protocol import DEFAULT_LIMITS, Limits, Product, RunRequest
from sandbox.launcher_process import PYTHON
from sandbox.run_report import PASSED, RunReport, run
from sandbox.runner.modules import source_folders

if TYPE_CHECKING:  # the sandbox itself needs nothing but the standard library
    from sandbox.toolchain import Toolchain

STUB = {"stub.py": "raise SystemExit(1)\n"}
STUB_ENTRY_POINT = "stub"
"""A product that does nothing: its command line exits with 1, and it has no functions."""

_FAILING = ("failed", "error")
_MISTAKE = re.compile(
    r"^(NameError|UnboundLocalError): "
    r"|^AttributeError: (module 'product'|'(Result|Response|Server)' object) has no attribute "
    r"|^TypeError: (run|serve|call|Server\.\w+)\(\) "
)
"""Exceptions that only the test itself can have raised, whatever the product does."""


@dataclass(frozen=True, slots=True)
class AcceptanceCheck:
    """Whether acceptance tests can be used: `problems` has a sentence for each reason why not."""

    problems: tuple[str, ...]
    run: RunReport


async def run_acceptance(
    product: Mapping[str, str],
    tests: Mapping[str, str],
    entry_point: str,
    limits: Limits = DEFAULT_LIMITS,
    without: Sequence[str] = (),
    *,
    unconfined: bool = False,
    toolchain: Toolchain | None = None,
) -> RunReport:
    """Run acceptance tests, each in a process of its own, in a sandbox.

    `python -m entry_point`, or the toolchain's command, runs the product, in a working folder that is new for each
    test. The product can read its own files and change none of them; it can read no test. Whatever either does is a
    result, never an error.

    Args:
        without: parts of the sandbox to leave out, as in `run_tests`.
        unconfined: run them even where the system cannot confine them.
        toolchain: what the product is written for. None: Python.

    Raises:
        InvalidArtifactError: a file set is unsafe.
        SandboxError: the sandbox could not be started, or the toolchain's program is missing.
        UnconfinedError: they cannot be confined here.
    """
    check(product)
    check(tests)
    driven = Product(dict(product), entry_point, search=source_folders(product))
    request = RunRequest(PYTHON, dict(tests), "", limits, without, unconfined, driven, loopback=True)
    if toolchain is not None and toolchain.run:
        request = toolchain.prepare(request)
        filled = (each.replace("{program}", request.program or "") for each in toolchain.run)
        command = [each.replace("{entry}", entry_point) for each in filled]
        request = request._replace(product=driven._replace(command=command))
    return await run(request)


def problems(run: RunReport) -> Iterator[str]:
    """Yield what is wrong with acceptance tests, after their run on a product that does nothing: each must fail."""
    if run.stopped:
        yield f"The run of the tests on a product that does nothing was stopped: it {run.stopped}."
    elif not run.outcomes:
        yield "There are no tests: they must be methods of a `unittest.TestCase`, in files whose names start with test."
    for name, outcome in run.outcomes:
        detail = run.details.get(name, "")
        if outcome == PASSED:
            yield f"{name} passes on a product that does nothing: it tests nothing."
        elif outcome not in _FAILING:
            yield f"{name}: {outcome}{f' ({detail})' if detail else ''}."
        elif mistake := _MISTAKE.search(detail):
            yield f"{name} has a mistake of its own: {detail[mistake.start() :].splitlines()[0]}."
