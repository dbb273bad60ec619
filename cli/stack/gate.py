"""A Python program that imports its modules at once and begins when told: imports overlap with the servers' start.

Run as `python -m cli.stack.gate PACKAGE arguments...`: imports the package's own modules, waits for one line of JSON on
standard input, which sets the environment (null unsets a name), and then is `python -m PACKAGE arguments...`. No line,
no beginning: whoever should write it is dead.
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
    for part in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
        if not part.name.endswith("__main__"):
            import_module(part.name)
    word = sys.stdin.readline()
    if not word:
        sys.exit("nobody is there to say that it may begin")
    for variable, value in json.loads(word).items():
        if value is None:
            os.environ.pop(variable, None)
        else:
            os.environ[variable] = value
    sys.argv = [package, *arguments]
    runpy.run_module(package, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
