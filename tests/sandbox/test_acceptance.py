"""Acceptance tests drive a product from another process."""

import asyncio

from tests.sandbox.levels import LEVELS, linux_only
from tests.sandbox.products import drive, one_test

TESTS = """\
import json, os, unittest
import product
from product import Raised, run

class Commands(unittest.TestCase):
    def test_arguments_and_input_arrive(self):
        done = run("echo", "a b", "", "\\u00e9", stdin="x\\ny\\n")
        self.assertEqual(done, (0, "['a b', '', '\\u00e9'] x\\ny\\n\\n", ""))
    def test_code_and_errors_are_told(self):
        done = run("exit", 7)
        self.assertEqual((done.code, done.out, done.err), (7, "", "why\\n"))
    def test_working_folder_and_environment_are_the_products_own(self):
        folder, rest = run("where", env={"MORE": "1"}).out.split(" ", 1)
        self.assertEqual(folder, str(product.folder))
        names = "['HOME', 'LANG', 'MORE', 'PYTHONHASHSEED', 'PYTHONPATH', 'PYTHONUTF8', 'TMPDIR']"
        self.assertEqual(rest.split("] ")[0] + "]", names)
        self.assertEqual(os.listdir(product.folder), [])
    def test_files_stay_between_commands(self):
        for each in "ab": run("add", each)
        self.assertEqual(run("list").out, "a\\nb\\n")
        self.assertEqual((product.folder / "links").read_text(), "a\\nb\\n")
        (product.folder / "links").write_text("c")
        self.assertEqual(run("list").out, "c")
    def test_folder_is_empty_in_the_next_test(self):
        self.assertEqual(list(product.folder.iterdir()), [])
    def test_endless_command_is_ended(self):
        with self.assertRaisesRegex(TimeoutError, "python -m shortlinks wait did not end within 5 s.*waiting"):
            run("wait", timeout=5)
    def test_long_output_is_cut_and_says_so(self):
        out = run("flood").out
        self.assertEqual(len(out.split("\\n")[0]), 1_000_000)
        self.assertIn("2,000,001 more bytes left out", out)

class Functions(unittest.TestCase):
    def test_value_returns(self):
        self.assertEqual(product.call("shortlinks.core:double", [1, 2], plus=1), [3, 5])
        self.assertEqual(product.call("shortlinks.core:pair"), [1, {"2": None}])
    def test_exceptions_are_told(self):
        for function, arguments, kind, text in [
            ("core:fail", ["no"], "ValueError", "no"), ("core:none", [], "AttributeError", "none"),
            ("nothing:x", [], "ModuleNotFoundError", "nothing"),
        ]:
            with self.assertRaises(Raised) as raised: product.call(f"shortlinks.{function}", *arguments)
            self.assertEqual(raised.exception.type, kind)
            self.assertIn(text, raised.exception.message)
        with self.assertRaisesRegex(Raised, "TypeError.*set is not JSON"): product.call("shortlinks.core:strange")
    def test_end_of_the_process_is_no_value(self):
        with self.assertRaisesRegex(RuntimeError, "code 3 and printed 'bye"): product.call("shortlinks.core:leave")
"""

SERVER_TESTS = """\
import product, socket, threading, unittest
class Services(unittest.TestCase):
    def test_requests_are_answered(self):
        with product.serve("serve", "{port}") as server:
            answer = server.get("/there?x=1")
            self.assertEqual((answer.status, answer.body), (200, "/there?x=1"))
            answer = server.get("/there")
            self.assertEqual((answer.status, answer.headers["location"]), (302, "https://example.org/caf%C3%A9"))
            self.assertEqual(server.post("/", "\\u00e9", {"Content-Type": "text/x"}).body, "\\u00e9text/x")
            self.assertEqual(server.request("POST", "/", [1]).body, "[1]application/json")
            self.assertEqual(product.run("list").code, 1)
        with self.assertRaises(ConnectionRefusedError): socket.create_connection(("127.0.0.1", server.port))
    def test_port_may_come_in_the_environment_or_be_fixed(self):
        with product.serve("serve", env={"PORT": "{port}"}) as server: self.assertEqual(server.port, 8001)
        with product.serve("serve", "80", port=8080) as other: pass
    def test_two_servers_and_threads(self):
        with product.serve("serve", "{port}") as one, product.serve("serve", "{port}") as two:
            threads = [threading.Thread(target=product.run, args=["add", str(each)]) for each in range(4)]
            for each in threads: each.start()
            for each in threads: each.join()
            self.assertNotEqual(one.port, two.port)
            self.assertEqual({one.get("/").status, two.get("/").status}, {200})
        self.assertEqual(sorted(product.run("list").out.split()), list("0123"))
    def test_service_that_does_not_start(self):
        with self.assertRaisesRegex(RuntimeError, "serve x ended with code 1 and printed .*ValueError"):
            with product.serve("serve", "x"): pass
        with self.assertRaisesRegex(RuntimeError, r"accepted no connection on port \\d+ within 5 s and printed 'wait"):
            with product.serve("wait", timeout=5): pass
"""


async def test_commands_and_functions_are_driven() -> None:
    """At every level at once: one of the tests waits for 5 s."""
    for run in await asyncio.gather(*(drive({"test_it.py": TESTS}, without) for without in LEVELS)):
        assert run.passed, (run.isolation, run.outcomes, run.output)
        assert run.counted == run.ran == 10


@linux_only
async def test_services_are_driven() -> None:
    runs = await asyncio.gather(*(drive({"test_it.py": SERVER_TESTS}) for _ in range(2)))  # on the same ports
    for run in runs:
        bad = {name for name, outcome in run.outcomes if outcome != "passed"}
        assert bad == {"test_it.Services.test_port_may_come_in_the_environment_or_be_fixed"}, run.output
        # A port below 1024 needs a right that nobody in the sandbox has.
        assert "PermissionError" in run.details[bad.pop()]


@linux_only
async def test_a_service_needs_a_network_of_the_runs_own() -> None:
    run = await drive({"test_it.py": one_test("with product.serve('serve', '{port}'): pass")}, ("namespaces",))
    assert run.details == {"test_it.It.test": "RuntimeError: this machine cannot give the run a network of its own"}
    assert "network: isolated (seccomp)" in run.isolation


async def test_a_failed_test_tells_what_the_product_was_asked_but_not_the_source_of_the_test() -> None:
    body = "product.run('add', 'a b')\nself.assertEqual(product.run('list').out, 'c', 'a secret'[2:4])"
    run = await drive({"test_it.py": one_test(body)})
    detail = run.details["test_it.It.test"]
    assert detail.startswith("AssertionError: 'a b\\n' != 'c'\n")
    assert "\n- python -m shortlinks add 'a b' ended with code 0 and printed nothing\n" in detail
    assert detail.endswith("\n- python -m shortlinks list ended with code 0 and printed 'a b\\n'")
    assert "secret" not in detail
    assert 'File "/tests/test_it.py", line 6, in test\n    self.assertEqual' in run.output
    body = "for each in 'xy':\n    with self.subTest(each=each): self.assertEqual(product.run('echo', each).code, 1)"
    run = await drive({"test_it.py": one_test(body)})
    assert run.details["test_it.It.test"].splitlines() == [
        line
        for each in "xy"
        for line in (
            f"(each='{each}'): AssertionError: 0 != 1",
            f"- python -m shortlinks echo {each} ended with code 0 and printed \"['{each}'] \\n\"",
        )
    ]
