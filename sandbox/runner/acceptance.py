"""Acceptance tests: imported from memory, so that the product cannot read them, with the module `product`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from . import product, session
from .discovery import PRODUCT
from .modules import Modules
from .processes import adopt_orphans

_FOLDER = "/tests"
"""Where the tests appear to be in tracebacks. A product cannot put other files there."""

history = session.history


def prepare(texts: Mapping[str, str], command: Mapping[str, Any], folder: str) -> None:
    """Let this process import the tests and `product`, and nothing below the folder, which the product may write to.

    Args:
        command: how the product is started, as the launcher's `command.product` returns it.
        folder: where it is started.
    """
    session.command.update(command)
    product.folder = Path(folder)
    adopt_orphans()
    sys.modules[PRODUCT] = product
    sys.meta_path.insert(0, _FromMemory(texts))


class _FromMemory:
    """Finds and loads modules by their texts."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        modules = Modules(texts)
        named = {modules.name_of(path): path for path in texts}
        self._texts = {name: (f"{_FOLDER}/{path}", texts[path]) for name, path in named.items() if name}
        for name in list(self._texts):
            while name := name.rpartition(".")[0]:
                self._texts.setdefault(name, (f"{_FOLDER}/{name.replace('.', '/')}/__init__.py", ""))

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name not in self._texts:
            return None
        file = self._texts[name][0]
        spec = ModuleSpec(name, self, origin=file, is_package=file.endswith("/__init__.py"))  # type: ignore[arg-type]
        spec.has_location = True
        return spec

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        file, text = self._texts[module.__name__]
        exec(compile(text, file, "exec"), module.__dict__)

    def get_source(self, name: str) -> str:
        """Return the text that tracebacks show."""
        return self._texts[name][1]
