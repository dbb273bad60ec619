"""Toolchains are data: JavaScript runs in the same sandbox, and another language needs a file and no code."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from sandbox import SandboxError, toolchain
from sandbox.acceptance_tests import run_acceptance
from sandbox.launcher.protocol import Limits
from sandbox.runner.tap import Reported, read
from sandbox.toolchain import Toolchain, python, recognise, toolchains
from sandbox.unit_tests import run_tests

LIMITS = Limits(seconds=60)
HEAD = "import { test, describe } from 'node:test';\nimport assert from 'node:assert/strict';\n"

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


def node() -> Toolchain:
    return toolchains()["node"]


def test_files_are_recognised_by_what_is_in_their_root_and_then_by_their_number() -> None:
    assert recognise({}) == python()
    assert recognise({"README.md": ""}) == python()
    assert recognise({"a.py": "", "web/app.js": "", "b.py": ""}) == python()
    assert recognise({"a.py": "", "web/app.js": "", "web/b.mjs": ""}) == node()
    assert recognise({"a.py": "", "a.js": "", "package.json": ""}) == node()
    assert recognise({"package.json": "{}"}) == node()
    assert recognise({"a.py": "", "a.js": "", "package.json": "", "setup.py": ""}) == python()
    assert recognise({"pyproject.toml": "", "a.py": "", "static/a.js": "", "static/b.js": ""}) == python()


def test_tests_and_imports_are_found_in_the_source() -> None:
    text = (
        "import test from 'node:test';\nimport fs from \"fs\";\nconst x = require('express');\n"
        "import './side.js'; const y = await import('../up.js');\n"
        'test("R1: adds", () => {});\n// test("not this one", () => {});\n'
        "it.skip('R2: it\\'s skipped', { skip: true }, () => {});\ntest(`R3 ${n}`, () => {});\nlatest('no');\n"
    )
    files = {"tests/a.test.js": text, "a.js": text}
    assert list(node().tests_in(files)) == [("tests/a.test.js", "R1: adds"), ("tests/a.test.js", "R2: it's skipped")]
    assert node().foreign_imports("a.js", text) == ["express", "fs"]
    assert node().foreign_imports("a.py", text) == []


def test_hostile_source_is_read_in_linear_time() -> None:
    started = time.process_time()
    for text in ("it('" * 60_000, "import" + " " * 250_000, "from '" * 40_000, "it('x" + "\\a" * 120_000):
        files = {"tests/a.test.js": text}
        assert len(list(node().tests_in(files))) <= 1
        node().foreign_imports("a.js", text)
    assert time.process_time() - started < 5


def test_a_toolchain_without_its_program_is_refused() -> None:
    given = node().model_dump(exclude={"program"}, by_alias=True)
    with pytest.raises(ValueError, match="a command needs a program"):
        Toolchain.model_validate(given)


TAP = """\
TAP version 13
# Subtest: /sandbox/empty.test.js
ok 1 - /sandbox/empty.test.js
  ---
  duration_ms: 1
  ...
# ok 7 - printed by a test
# Subtest: adds \\# two
ok 2 - adds \\# two
# Subtest: group
    # Subtest: inner
    not ok 1 - inner
      ---
      duration_ms: 2.5
      location: '/sandbox/a.test.js:4:27'
      error: |-
        Expected values to be strictly equal:

        1 !== 2
      code: 'ERR_ASSERTION'
      expected: 2
      actual: 1
      stack: |-
        TestContext.<anonymous>
      ...
    # Subtest: later
    ok 2 - later # TODO
    1..2
not ok 3 - group
  ---
  error: '1 subtest failed'
  ...
# Subtest: hooks
    # Subtest: fine
    ok 1 - fine
    1..1
not ok 4 - hooks
  ---
  error: 'after failed'
  ...
not ok 5 - /sandbox/broken.test.js
1..5
"""


def test_tap_is_read_with_suites_details_and_files_that_have_no_tests() -> None:
    error = "error: |-\n  Expected values to be strictly equal:\n  1 !== 2\nexpected: 2\nactual: 1"
    assert list(read(TAP, "/sandbox")) == [
        Reported("empty.test.js", "error", "it has no tests"),
        Reported("adds # two", "passed"),
        Reported("group > inner", "failed", error),
        Reported("group > later", "skipped"),
        Reported("hooks > fine", "passed"),
        Reported("hooks", "failed", "error: 'after failed'"),
        Reported("broken.test.js", "failed"),
    ]


@needs_node
async def test_javascript_passes_and_fails_in_the_sandbox() -> None:
    files = {
        "src/sum.js": "exports.sum = (a, b) => a + b;\n",
        "tests/sum.test.mjs": HEAD + "import { createRequire } from 'node:module';\n"
        "const { sum } = createRequire(import.meta.url)('../src/sum.js');\n"
        "test('R1: adds', () => assert.equal(sum(1, 2), 3));\n",
    }
    run = await run_tests(files, LIMITS, toolchain=node(), loopback=True)
    assert (run.passed, run.outcomes, run.confined) == (True, (("R1: adds", "passed"),), True), run
    files["tests/more.test.mjs"] = HEAD + "describe('more', () => test('R2: fails', () => assert.equal(1, 2)));\n"
    run = await run_tests(files, LIMITS, toolchain=node(), loopback=True)
    assert (run.passed, run.counted, run.failed) == (False, 2, 1), run
    assert dict(run.outcomes)["more > R2: fails"] == "failed"
    assert "expected: 2" in run.details["more > R2: fails"]
    assert "duration_ms" not in run.output


@needs_node
@pytest.mark.parametrize(
    "without", [(), ("namespaces",), ("landlock", "seccomp")], ids=["all", "no namespaces", "only"]
)
async def test_javascript_runs_in_each_kind_of_sandbox(without: tuple[str, ...]) -> None:
    files = {"a.test.mjs": HEAD + "test('R1: adds', () => assert.equal(1 + 1, 2));\n"}
    run = await run_tests(files, LIMITS, without, toolchain=node(), loopback=True)
    assert (run.passed, run.confined) == (True, True), run


@needs_node
async def test_a_program_that_hides_its_tests_does_not_pass() -> None:
    hidden = {
        "a.test.mjs": HEAD + "process.exit(0);\ntest('R1: never', () => {});\n",
        "b.test.mjs": HEAD + "console.log('ok 1 - R2: forged');\nif (0) test('R2: forged', () => {});\n",
    }
    run = await run_tests(hidden, LIMITS, toolchain=node(), loopback=True)
    assert not run.passed
    outcomes = dict(run.outcomes)
    assert outcomes["a.test.mjs > R1: never"] == "not run"
    assert outcomes["b.test.mjs > R2: forged"] == "not run"
    run = await run_tests({"a.js": "1;\n"}, LIMITS, toolchain=node(), loopback=True)
    assert (run.passed, run.outcomes) == (False, ())


@needs_node
async def test_javascript_is_as_confined_as_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTARMY_PLANTED", "secret")
    (tmp_path / "secret").write_text("secret")
    attempts = {
        "reads": f"fs.readFileSync({str(tmp_path / 'secret')!r})",
        "lists": "fs.readdirSync('/home')",
        "writes": "fs.writeFileSync('/usr/lib/botarmy', 'x')",
        "environment": "if (!process.env.BOTARMY_PLANTED) throw 1",
        "reaches": "await new Promise((ok, no) => net.connect(53, '192.0.2.1').on('connect', ok).on('error', no))",
        "starts": "if (child.spawnSync('/bin/sh', ['-c', 'true']).error) throw 1; throw 1",
    }
    body = "".join(
        f"test('{name}', async () => {{ await assert.rejects(async () => {{ {code} }}); }});\n"
        for name, code in attempts.items()
    )
    imports = "import fs from 'node:fs';\nimport net from 'node:net';\nimport child from 'node:child_process';\n"
    run = await run_tests({"a.test.mjs": HEAD + imports + body}, LIMITS, toolchain=node(), loopback=True)
    assert run.passed, run


@needs_node
async def test_a_server_in_javascript_answers_itself_and_a_product_is_served() -> None:
    server = (
        "import http from 'node:http';\n"
        "const server = http.createServer((_, answer) => answer.end('hello'));\n"
        "export const start = (port) => server.listen(port, '127.0.0.1');\n"
        "if (process.argv[2]) start(Number(process.argv[2]));\n"
    )
    files = {
        "server.mjs": server,
        "a.test.mjs": HEAD + "import { start } from './server.mjs';\n"
        "test('R1: answers', async () => {\n"
        "  const server = start(0);\n"
        "  await new Promise((ok) => server.on('listening', ok));\n"
        "  const answer = await fetch(`http://127.0.0.1:${server.address().port}/`);\n"
        "  assert.equal(await answer.text(), 'hello'); server.close(); });\n",
    }
    run = await run_tests(files, LIMITS, toolchain=node(), loopback=True)
    assert run.passed, run
    tests = {
        "test_it.py": "import product, unittest\n\n\nclass It(unittest.TestCase):\n    def test_it(self):\n"
        "        with product.serve('{port}') as server:\n"
        "            self.assertEqual(server.get('/').body, 'hello')\n"
    }
    run = await run_acceptance(files, tests, "server.mjs", LIMITS, toolchain=node())
    assert run.passed, run


@needs_node
async def test_an_endless_program_is_stopped() -> None:
    files = {"a.test.mjs": HEAD + "test('R1: forever', () => { for (;;); });\n"}
    run = await run_tests(files, LIMITS._replace(seconds=4, cpu_seconds=3), toolchain=node(), loopback=True)
    assert not run.passed
    assert run.stopped or run.failed, run


@needs_node
async def test_acceptance_tests_drive_a_program_in_javascript() -> None:
    product = {"src/cli.js": "console.log(process.argv.slice(2).map(Number).reduce((a, b) => a + b, 0));\n"}
    tests = {
        "test_sum.py": "import product, unittest\n\n\nclass Sum(unittest.TestCase):\n"
        "    def test_it(self):\n        self.assertEqual(product.run('1', '2').out, '3\\n')\n\n"
        "    def test_call(self):\n        with self.assertRaisesRegex(RuntimeError, 'cannot be called'):\n"
        "            product.call('src.cli:main')\n"
    }
    run = await run_acceptance(product, tests, "src/cli.js", LIMITS, toolchain=node())
    assert run.passed, run


async def test_a_program_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxError, match="needs node, which is not on the PATH of the worker"):
        await run_tests({"a.test.js": ""}, LIMITS, toolchain=node())


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell")
async def test_another_toolchain_is_a_file_and_no_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "python.toml").write_text((toolchain.FOLDER / "python.toml").read_text())
    (tmp_path / "shell.toml").write_text(
        'title = "Shell"\nsuffixes = [".sh"]\nprogram = "sh"\ntest = ["{program}", "tests/run.sh"]\n'
        "run = ['{program}', '{folder}/{entry}']\nentry = '[\\w/]+\\.sh'\n"
        'tests_are = "lines of tests/run.sh"\nnumbers_in = "name"\n'
        "test_files = ['tests/*.sh']\ntest_name = 'echo ok \\d+ - (?P<name>.+)'\n"
    )
    monkeypatch.setattr(toolchain, "FOLDER", tmp_path)
    toolchain.toolchains.cache_clear()
    try:
        files = {"hello.sh": "echo hello $1\n", "tests/run.sh": "echo ok 1 - R1 greets\n"}
        shell = recognise(files)
        assert shell.title == "Shell"
        run = await run_tests(files, LIMITS, toolchain=shell)
        assert (run.passed, run.outcomes) == (True, (("R1 greets", "passed"),)), run
        tests = {
            "test_it.py": "import product, unittest\n\n\nclass It(unittest.TestCase):\n"
            "    def test_it(self):\n        self.assertEqual(product.run('you').out, 'hello you\\n')\n"
        }
        run = await run_acceptance(files, tests, "hello.sh", LIMITS, toolchain=shell)
        assert run.passed, run
    finally:
        monkeypatch.undo()
        toolchain.toolchains.cache_clear()
