"""The commands inside the sandbox, and nowhere else: the runner's, which is Python's, and a product's."""

from __future__ import annotations

from . import filesystem_view
from .protocol import RunRequest

PACKAGE = "botarmy_runner"
# Until the modules are loaded, nothing is garbage.
_START = f"import gc, sys; gc.disable(); sys.path.insert(0, sys.argv[1]); from {PACKAGE}.parent import main; main()"

# -I would ignore PYTHONHASHSEED, which must be fixed so that the output is the same each time; these flags and an
# environment set here have the same effect. -S: no site-packages either.
_FLAGS = ("-P", "-s", "-S", "-B", "-u")
_ENVIRONMENT = {"LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}


def environment(request: RunRequest, libraries: list[str]) -> dict[str, str]:
    """Return the environment of every command."""
    return {**_ENVIRONMENT, **request.environment, **filesystem_view.python_environment(request.python, libraries)}


def runner(request: RunRequest, folder: str, arguments: list[str]) -> list[str]:
    """Return the command that runs the tests; `folder` holds its package."""
    return [request.python, *_FLAGS, "-c", _START, folder, *arguments]


def product(request: RunRequest, folder: str, runner: str, environment: dict[str, str]) -> dict[str, object] | None:
    """Return how the module `product` starts the product in `folder`, or None without a product.

    `run` takes the product's arguments, `call` reads on its stdin which function to call (None: only Python's can be
    called); `shown` is what a person would type instead of `run`.
    """
    if request.product is None:
        return None
    python = [request.python, *_FLAGS]
    entry_point, command = request.product.entry_point, request.product.command
    if command is not None:
        return {
            "run": [each.replace("{folder}", folder) for each in command],
            "call": None,
            "shown": entry_point,
            "environment": environment,
        }
    return {
        "run": [*python, "-m", entry_point],
        "call": [*python, f"{runner}/{PACKAGE}/product_call.py"],
        "shown": f"python -m {entry_point}",
        "environment": {
            **environment,
            "PYTHONPATH": ":".join([folder, *(f"{folder}/{each}" for each in request.product.search)]),
        },
    }
