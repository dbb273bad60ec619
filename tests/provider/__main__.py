"""`python -m tests.provider SCRIPT.json ... [--port N] [--key KEY]` runs the scripted provider; no model answers.

A script is a JSON file, or the folder of an eval's brief. The first line of output is JSON: url, key, and variables.
"""

from __future__ import annotations

import argparse
import json
import socket
from pathlib import Path

import uvicorn

from tests.provider.app import KEY, Provider, environment
from tests.provider.running import uvicorn_config
from tests.provider.script import of_file
from tests.provider.scripts import of_brief


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.provider", description=__doc__)
    parser.add_argument("scripts", type=Path, nargs="+", metavar="SCRIPT.json")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--key", default=KEY)
    given = parser.parse_args()
    scripts = [of_brief(path) if path.is_dir() else of_file(path) for path in given.scripts]
    listener = socket.create_server(("127.0.0.1", given.port), backlog=2048)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    label = "a scripted provider: no model answers"
    print(json.dumps({"provider": label, "url": url, "environment": environment(url, given.key)}), flush=True)
    uvicorn.Server(uvicorn_config(Provider(*scripts, key=given.key))).run([listener])


if __name__ == "__main__":
    main()
