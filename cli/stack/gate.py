"""A Python program that imports its modules at once and begins when told: imports overlap with the servers' start.

Run as `python -m cli.stack.gate IMPORTS MODULE arguments...`: imports the comma-separated IMPORTS (`name.*` is a
package with its modules), waits for one line of JSON on standard input, which sets the environment (null unsets a
name), and then is `python -m MODULE arguments...`. No line, no beginning: whoever should write it is dead.
"""

from __future__ import annotations

import json
import os
import pkgutil
import runpy
import sys
from importlib import import_module


def _import(name: str) -> None:
    module = import_module(name.removesuffix(".*"))
    if name.endswith(".*"):
        for part in pkgutil.iter_modules(module.__path__, f"{module.__name__}."):
            if not part.name.endswith(".__main__"):
                _import(part.name + ".*" * part.ispkg)


def main() -> None:
    imports, module, *arguments = sys.argv[1:]
    for name in imports.split(","):
        _import(name)
    word = sys.stdin.readline()
    if not word:
        sys.exit("nobody is there to say that it may begin")
    for variable, value in json.loads(word).items():
        if value is None:
            os.environ.pop(variable, None)
        else:
            os.environ[variable] = value
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
