"""Runs a Python package whose imports overlap with the start of the servers.

Run as `python -m cli.stack.preload PACKAGE arguments...`: imports the package's modules, waits for the start token on
standard input, and then runs `python -m PACKAGE arguments...`. The token is one line of JSON that sets environment
variables (null unsets one). Without a token, the process exits: its supervisor is dead.
"""

from __future__ import annotations

import json
import os
import pkgutil
import runpy
import sys
from importlib import import_module


def main() -> None:
    package, *arguments = sys.argv[1:]
    for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    token = sys.stdin.readline()
    if not token:
        sys.exit("the supervisor ended before it sent the start token")
    for variable, value in json.loads(token).items():
        if value is None:
            os.environ.pop(variable, None)
        else:
            os.environ[variable] = value
    sys.argv = [package, *arguments]
    runpy.run_module(package, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
