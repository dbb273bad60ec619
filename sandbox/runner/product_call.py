"""Runs in the product's process: calls the function that `product.call` names on stdin, and reports on stdout."""

import functools
import importlib
import json
import os
import sys


def main() -> None:
    report = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the function prints is no report
    asked = json.load(sys.stdin)
    try:
        module, _, path = asked["function"].partition(":")
        function = functools.reduce(getattr, path.split("."), importlib.import_module(module))
        answer = json.dumps({"value": function(*asked["args"], **asked["kwargs"])})  # type: ignore[operator]
    except BaseException as error:
        answer = json.dumps({"raised": type(error).__name__, "message": str(error)})
    report.write(answer)
    report.flush()


if __name__ == "__main__":
    main()
