"""A product, and acceptance tests that drive it."""

from collections.abc import Mapping
from textwrap import indent

from sandbox import Limits, RunReport, run_acceptance

LIMITS = Limits(seconds=90, cpu_seconds=60)

PRODUCT: Mapping[str, str] = {
    "shortlinks/__init__.py": "",
    "shortlinks/__main__.py": """\
import os, pathlib, sys, time
from shortlinks import service
command, *rest = sys.argv[1:]
if command == "echo": print(rest, sys.stdin.read())
if command == "exit": print("why", file=sys.stderr); sys.exit(int(rest[0]))
if command == "where": print(os.getcwd(), sorted(os.environ), pathlib.Path(__file__))
if command == "add": open("links", "a").write(rest[0] + "\\n")
if command == "list": print(open("links").read(), end="")
if command == "wait": print("waiting", flush=True); time.sleep(60)
if command == "flood": print("x" * 3_000_000)
if command == "serve": service.serve(int(rest[0] if rest else os.environ["PORT"]))
""",
    "shortlinks/service.py": """\
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(302 if self.path == "/there" else 200)
        self.send_header("Location", "https://example.org/caf%C3%A9")
        self.end_headers()
        self.wfile.write(self.path.encode())
    def do_POST(self):
        self.send_response(201)
        self.end_headers()
        self.wfile.write(self.rfile.read(int(self.headers["Content-Length"])))
        self.wfile.write(str(self.headers["Content-Type"]).encode())
def serve(port):
    http.server.ThreadingHTTPServer(("localhost", port), Handler).serve_forever()
""",
    "shortlinks/core.py": """\
import os
def double(x, *, plus=0): print("noise"); return [2 * each + plus for each in x]
def fail(text): raise ValueError(text)
def leave(): print("bye"); os._exit(3)
def pair(): return 1, {2: None}
def strange(): return {1, 2}
""",
    "tests/test_own.py": "raise SystemExit\n",
}


HOSTILE: Mapping[str, str] = {
    "shortlinks/__init__.py": "",
    "shortlinks/__main__.py": """\
import array, ctypes, glob, os, signal, subprocess, sys, time, traceback
C = ctypes.CDLL(None, use_errno=True)
PARENT = os.getppid()
def call(name, *arguments):
    result = getattr(C, name)(*arguments)
    print(name, "GOT" if result >= 0 else "failed", result)
exec(sys.stdin.read())
""",
    "shortlinks/core.py": "VALUE = 1\ndef value(): return VALUE\ndef where(): return __file__\n",
}
"""It runs whatever it reads."""

HEAD = """\
import os, product, sys, unittest

class It(unittest.TestCase):
    def test(self):
"""


def one_test(body: str) -> str:
    """Return a file with one test."""
    return f"{HEAD}{indent(body, ' ' * 8)}\n"


async def drive(
    tests: Mapping[str, str], without: tuple[str, ...] = (), product: Mapping[str, str] = PRODUCT
) -> RunReport:
    return await run_acceptance(product, tests, "shortlinks", LIMITS, without)
