"""The modules of a file set, parsed but never run: their classes and base classes."""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

from .source import parse
from .statements import certain, dotted, statements

_TEST_CASES = {"TestCase", "IsolatedAsyncioTestCase", "FunctionTestCase"}
_DEPTH = 20
"""How many base classes, re-exports and packages in packages are followed in a chain."""


def is_test_file(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith("test") and name.endswith(".py")


def may_be_test_file(path: str) -> bool:
    """Return whether pytest looks for tests in a file. unittest does not look into `*_test.py`, which may be a script:
    such a file is only loaded if its source has tests."""
    return is_test_file(path) or path.endswith("_test.py")


def source_folders(paths: Iterable[str]) -> list[str]:
    """Return the folders below the root from which modules are imported, too: `src`, if it holds packages and is none,
    as where a project is installed before it is tested."""
    paths = set(paths)
    packages = any(re.fullmatch(r"src/[^/]+/__init__\.py", path) for path in paths)
    return ["src"] if packages and "src/__init__.py" not in paths else []


def own_modules(paths: Iterable[str]) -> set[str]:
    """Return the top-level names that the files can be imported by."""
    paths = list(paths)
    below = [f"{folder}/" for folder in source_folders(paths)]
    paths += [path.removeprefix(folder) for folder in below for path in paths if path.startswith(folder)]
    return {path.split("/")[0].removesuffix(".py") for path in paths}


class Parsed(NamedTuple):
    tree: ast.Module
    classes: dict[str, ast.ClassDef]
    imports: dict[str, tuple[str, str | None]]
    """By bound name: the module, and the name in it (None: the module itself)."""
    deleted: set[str]
    needed: list[str]
    """The modules without which it certainly cannot be imported, and names of modules that may be in those."""


class Modules:
    """The modules of a file set by their dotted names."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._paths = {name: path for path in files if (name := self.name_of(path)) is not None}
        for folder in source_folders(files):
            for name, path in list(self._paths.items()):
                if name.startswith(f"{folder}."):
                    self._paths.setdefault(name.removeprefix(f"{folder}."), path)
        self._files = files
        self._parsed: dict[str, Parsed | None] = {}
        self._faults: dict[str, str] = {}
        self._bases: set[int] | None = None

    def name_of(self, path: str) -> str | None:
        """Return the dotted name under which a file can be imported from the root of the set, or None."""
        if not path.endswith(".py"):
            return None
        parts = path[: -len(".py")].split("/")
        if len(parts) > 1 and parts[-1] == "__init__":
            del parts[-1]
        return ".".join(parts) if all(part.isidentifier() for part in parts) else None

    def parsed(self, name: str) -> Parsed | None:
        """Return a module, or None if it is not in the set or is not valid Python."""
        if name not in self._parsed:
            self._parsed[name] = self._parse(name) if name in self._paths else None
        return self._parsed[name]

    def parse_error(self, name: str) -> str:
        return self._faults.get(name, "it does not exist")

    def path_of(self, name: str) -> str:
        return self._paths[name]

    def needs(self, name: str, package: str) -> bool:
        """Return whether a module certainly cannot be imported without a package that is not in the set: it imports it,
        or a module of the set that does, and not only under a condition."""
        left = [] if package in self._paths else [name]
        seen: set[str] = set()
        while left:
            each = left.pop()
            if each.partition(".")[0] == package:
                return True
            # The packages above it are imported, too.
            for above in accumulate(each.split(".")[:_DEPTH], "{}.{}".format):
                if above not in seen:
                    seen.add(above)
                    left += parsed.needed if (parsed := self.parsed(above)) else []
        return False

    def origin(self, module: str, node: ast.expr) -> str:
        """Return the dotted name of what an expression names and a module imports, or ""."""
        parsed, parts = self.parsed(module), dotted(node)
        if not parsed or not parts or parts[0] not in parsed.imports:
            return ""
        return ".".join(filter(None, [*parsed.imports[parts[0]], *parts[1:]]))

    def has_autouse_fixture(self, name: str) -> bool:
        """Return whether pytest would run something around each test of a module: its file or a `conftest.py` beside or
        above it says so."""
        path = self._paths[name]
        folders = path.split("/")[:-1]
        above = ("/".join([*folders[:depth], "conftest.py"]) for depth in range(len(folders) + 1))
        return any("autouse" in self._files.get(each, "") for each in (path, *above))

    def imported(self, name: str) -> set[str]:
        """Return the top-level names of all modules that a module imports, also in its functions."""
        parsed = self.parsed(name)
        found: set[str] = set()
        for node in ast.walk(parsed.tree) if parsed else ():
            if isinstance(node, ast.Import):
                found |= {each.name.partition(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add("." * node.level + (node.module or "").partition(".")[0])
        return found

    def methods(self, module: str, node: ast.ClassDef, depth: int = _DEPTH) -> set[str]:
        """Return the `test*` methods of a class, its own and inherited."""
        own: set[str] = set()
        other: set[str] = set()
        for each in statements(node.body):
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
                own.add(each.name)
            elif isinstance(each, ast.Assign):
                # `test_x = None` removes an inherited test; any other callable is found when the code runs.
                other.update(target.id for target in each.targets if isinstance(target, ast.Name))
        found = {name for name in own if name.startswith("test")}
        if depth:
            for place, base in self._known_bases(module, node):
                found |= {name for name in self.methods(place, base, depth - 1) if name not in other}
        return found

    def is_test_case(self, module: str, node: ast.ClassDef, depth: int = _DEPTH) -> bool:
        """Return whether a class is a TestCase, or may be one."""
        for base in node.bases:
            kind = self._resolve(module, base)
            if kind is True:
                return True
            if isinstance(kind, tuple) and depth and self.is_test_case(*kind, depth - 1):
                return True
        return False

    def is_base(self, module: str, node: ast.ClassDef) -> bool:
        """Return whether a class of the set derives from this one."""
        if self._bases is None:
            self._bases = set()
            for name in self._paths:
                parsed = self.parsed(name)
                for each in parsed.classes.values() if parsed else ():
                    self._bases |= {id(base) for _, base in self._known_bases(name, each)}
        return id(node) in self._bases

    def _parse(self, name: str) -> Parsed | None:
        try:
            tree = parse(self._files[self._paths[name]], self._paths[name])
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            self._faults[name] = f"{type(error).__name__}: {error}"
            return None
        parsed = Parsed(tree, {}, {}, set(), [])
        package = name if self._paths[name].endswith("__init__.py") else name.rpartition(".")[0]
        for node in statements(tree.body):
            if isinstance(node, ast.ClassDef):
                parsed.classes[node.name] = node
                parsed.deleted.discard(node.name)
            elif isinstance(node, ast.Import):
                for each in node.names:
                    bound = each.asname or each.name.partition(".")[0]
                    parsed.imports[bound] = (each.name if each.asname else bound, None)
            elif isinstance(node, ast.ImportFrom):
                source = self._absolute(package, node)
                parsed.imports.update({each.asname or each.name: (source, each.name) for each in node.names})
            elif isinstance(node, ast.Delete):
                parsed.deleted.update(each.id for each in node.targets if isinstance(each, ast.Name))
        for node in certain(tree.body):
            if isinstance(node, ast.Import):
                parsed.needed.extend(each.name for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                source = self._absolute(package, node)
                parsed.needed.extend([source, *(f"{source}.{each.name}" for each in node.names)])
        return parsed

    @staticmethod
    def _absolute(package: str, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = package.split(".")
        above = parts[: len(parts) - node.level + 1]
        return ".".join([*above, *([node.module] if node.module else [])])

    def _known_bases(self, module: str, node: ast.ClassDef) -> Iterator[tuple[str, ast.ClassDef]]:
        for base in node.bases:
            kind = self._resolve(module, base)
            if isinstance(kind, tuple):
                yield kind

    def _resolve(self, module: str, base: ast.expr) -> bool | tuple[str, ast.ClassDef]:
        """Return a base class of the set, or else whether it is, or may be, a TestCase."""
        if isinstance(base, ast.Subscript):
            base = base.value
        parts = dotted(base)
        if not parts:
            # An expression may be anything.
            return True
        return self._look_up(module, parts, _DEPTH)

    def _look_up(self, module: str, parts: list[str], depth: int) -> bool | tuple[str, ast.ClassDef]:
        parsed = self.parsed(module)
        if parsed is None or not depth:
            return self._outside_class(module, parts)
        first, rest = parts[0], parts[1:]
        if first in parsed.classes:
            return self._nested_class(module, parsed.classes[first], rest)
        if first in parsed.imports:
            source, name = parsed.imports[first]
            wanted = rest if name is None else [name, *rest]
            while wanted and f"{source}.{wanted[0]}" in self._paths:
                source, wanted = f"{source}.{wanted[0]}", wanted[1:]
            return self._look_up(source, wanted, depth - 1) if wanted else False
        if f"{module}.{first}" in self._paths and rest:
            return self._look_up(f"{module}.{first}", rest, depth - 1)
        # A builtin, or a name that only the running code binds.
        return not hasattr(builtins, first)

    @staticmethod
    def _nested_class(module: str, node: ast.ClassDef, rest: list[str]) -> bool | tuple[str, ast.ClassDef]:
        for part in rest:
            inner = [each for each in statements(node.body) if isinstance(each, ast.ClassDef) and each.name == part]
            if not inner:
                return True
            node = inner[-1]
        return module, node

    @staticmethod
    def _outside_class(module: str, parts: list[str]) -> bool:
        """Return whether a class from outside the set may be a TestCase: the standard library's are all in unittest."""
        top = module.partition(".")[0]
        return parts[-1] in _TEST_CASES if top == "unittest" else top not in sys.stdlib_module_names
