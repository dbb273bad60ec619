"""Acceptance tests that import the product never run, and those that test nothing are reported."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from artifacts.errors import InvalidArtifactError
from sandbox import Sandbox, product_interface
from sandbox.launcher.files import write
from tests.sandbox.products import PRODUCT, drive, one_test


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("import shortlinks", "shortlinks"),
        ("from shortlinks.core import double", "shortlinks"),
        ("import json, shortlinks.core as core", "shortlinks"),
        (
            "class X:\n    def x(self):\n        try: import tests, shortlinks\n        except ImportError: pass",
            "shortlinks, tests",
        ),
        ("from . import shortlinks", "."),
        ("from .core import double", ".core"),
    ],
)
async def test_acceptance_tests_that_import_the_product_never_run(statement: str, named: str) -> None:
    passing = one_test("pass")
    run = await drive({"test_x.py": f"{statement}\n{passing}", "test_y.py": passing})
    reason = f"never runs: acceptance tests drive the product through `product`; test_x.py imports {named}"
    assert dict(run.outcomes) == {"test_x.It.test": reason, "test_y.It.test": "passed"}
    assert not run.passed


async def test_a_file_without_tests_that_imports_the_product_is_named_too() -> None:
    run = await drive({"test_x.py": "import shortlinks\n", "test_it.py": one_test("pass")})
    assert dict(run.outcomes)["test_x"].endswith("test_x.py imports shortlinks")
    assert not run.passed


async def test_the_products_modules_cannot_be_imported_by_name() -> None:
    run = await drive({"test_it.py": one_test("import importlib\nimportlib.import_module('shortlinks')")})
    assert run.details["test_it.It.test"].startswith("ModuleNotFoundError: No module named 'shortlinks'")


async def test_tests_in_folders_are_found() -> None:
    passing = one_test("self.assertEqual(__file__, '/tests/acceptance/deep/test_it.py')")
    run = await drive({"acceptance/deep/test_it.py": passing, "README.md": "More."})
    assert run.outcomes == (("acceptance.deep.test_it.It.test", "passed"),), run.output


async def test_unsafe_file_sets_are_refused() -> None:
    tests = {"test_it.py": one_test("pass")}
    for product, files in (({"../x": ""}, tests), (PRODUCT, {"/x": ""}), ({}, tests)):
        with pytest.raises(InvalidArtifactError):
            await drive(files, product=product)


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "..", "."])
def test_the_launcher_writes_nothing_outside_of_a_folder(path: str, tmp_path: Path) -> None:
    """It writes a product's files before it is confined, and does not rely on who checked their paths."""
    with pytest.raises(ValueError, match="outside of its folder"):
        write({path: ""}, str(tmp_path / "folder"))
    assert list(tmp_path.iterdir()) == []


USELESS: Mapping[str, tuple[str, str]] = {
    "pass": ("pass", "passes on a product that does nothing: it tests nothing."),
    "asserts_no_success": (
        "self.assertNotEqual(product.run('x').code, 0)",
        "passes on a product that does nothing: it tests nothing.",
    ),
    "expects_an_exception": (
        "with self.assertRaises(product.Raised): product.call('shortlinks.core:fail')",
        "passes on a product that does nothing: it tests nothing.",
    ),
    "skips": ("self.skipTest('no time')", ": skipped."),
    "leaves": ("os._exit(0)", ": ended early: exit code 0."),
    "knows_no_name": ("double(2)", "has a mistake of its own: NameError: name 'double' is not defined."),
    "misnames_a_function": (
        "product.start('x')",
        "has a mistake of its own: AttributeError: module 'product' has no attribute 'start'.",
    ),
    "misnames_a_field": (
        "self.assertEqual(product.run('x').stdout, '')",
        "has a mistake of its own: AttributeError: 'Result' object has no attribute 'stdout'.",
    ),
    "misnames_an_argument": (
        "product.run('x', input='y')",
        "has a mistake of its own: TypeError: run() got an unexpected keyword argument 'input'.",
    ),
}
USEFUL = [
    "self.assertEqual(product.run('x').code, 0)",
    "self.assertEqual(product.call('shortlinks.core:double', [1]), [2])",
    "with product.serve('{port}') as server: self.assertEqual(server.get('/').status, 404)",
    "self.assertEqual(product.run('x').out.split()[0], 'y')",
    "import re; re.match('a', product.run('x').out).group()",
]


async def test_tests_that_test_nothing_are_reported() -> None:
    tests = {f"test_{name}.py": one_test(body) for name, (body, _) in USELESS.items()}
    checked = await Sandbox(60).check_acceptance(tests)
    expected = {f"test_{name}.It.test{'' if why.startswith(':') else ' '}{why}" for name, (_, why) in USELESS.items()}
    assert set(checked.problems) == expected
    tests = {f"test_{number}.py": one_test(body) for number, body in enumerate(USEFUL)}
    assert (await Sandbox(60).check_acceptance(tests)).problems == ()


async def test_tests_that_cannot_be_found_are_reported() -> None:
    passing = one_test("self.fail()")
    tests = {
        "test_a.py": f"import shortlinks\n{passing}",
        "test_b.py": f"1 / 0\n{passing}",
        "test_c.py": "class It(",
        "test_d.py": "def test_x(): assert False\ndef test_y(tmp_path): assert False\n",
    }
    assert set((await Sandbox(60).check_acceptance(tests)).problems) == {
        "test_a.It.test: never runs: acceptance tests drive the product through `product`; test_a.py imports "
        "shortlinks.",
        "test_b.It.test: error: its module cannot be loaded (ZeroDivisionError: division by zero).",
        "test_c: never runs: test_c.py cannot be parsed: SyntaxError: '(' was never closed (test_c.py, line 1).",
        "test_d.test_y: never runs: it needs pytest, which is not available.",
    }
    (problem,) = (await Sandbox(60).check_acceptance({"acceptance.py": passing})).problems
    assert problem.startswith("There are no tests: they must be methods")
    problems = (await Sandbox(0.25).check_acceptance({"test_it.py": one_test("import time; time.sleep(9)")})).problems
    assert problems[0] == "The run of the tests on a product that does nothing was stopped: it ran longer than 1 s."


async def test_another_stub_may_be_given() -> None:
    stub = {"shortlinks/__main__.py": "print('usage')"}
    tests = {"test_it.py": one_test("self.assertEqual(product.run().out, 'usage\\n')")}
    checked = await Sandbox(60).check_acceptance(tests, stub, "shortlinks")
    assert checked.problems == ("test_it.It.test passes on a product that does nothing: it tests nothing.",)


def test_a_tester_is_told_every_name_and_no_code() -> None:
    text = product_interface()
    for name in (
        "def run(",
        "def serve(",
        "def call(",
        "class Result",
        "class Response",
        "class Raised",
        "folder: Path",
    ):
        assert name in text
    compile(text, "product", "exec")
    assert "_" not in {word[:1] for word in text.split()}
    assert "return" not in [line.split()[0] for line in text.splitlines() if line.strip()]
