"""Joins the page's modules into a few scripts, and its style sheets into one a view, so that a view needs few requests.

A bundle defines each of its modules as a function under the module's path. The main one holds `js/main.js` with all
that it imports; each module that is imported with `import(...)` has one with what the main bundle lacks. A module runs
once, when it is first needed, whichever bundles define it.

The forms of `import` and `export` are those that `deno fmt` leaves and web/ uses; `tests/api/page/test_bundles.py` runs
every bundle.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from posixpath import dirname, join, normpath, relpath

MAIN = "js/main.js"
VIEWS = "js/views/"

STYLE_LINK = re.compile(r' *<link rel="stylesheet" href="/web/css/([^"]+)">\n')
"""A link to a style sheet in index.html."""

_COMMENT = re.compile(r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n|^[ \t]*//[^\n]*\n", re.MULTILINE | re.DOTALL)
_IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"([^"]+)";\n', re.MULTILINE)
_EXPORT_FROM = re.compile(r'^export \{([^}]*)\} from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function\*?|const|class) (\w+))", re.MULTILINE)
_STYLE = re.compile(r'^await style\("([^"]+)"\);$', re.MULTILINE)
_DYNAMIC = re.compile(r'\bimport\("(\.[^"]+)"\)')

_RUNTIME = """\
const factories = new Map(), running = new Map();
export const defineModule = (name, needs, factory) => {
  if (!factories.has(name)) factories.set(name, [needs, factory]);
};
const start = async (name) => {
  const [needs, factory] = factories.get(name), needed = [], exports = {};
  for (const need of needs) needed.push(await run(need));
  await factory(exports, ...needed);
  return exports;
};
const run = (name) => {
  if (!running.has(name)) running.set(name, start(name));
  return running.get(name);
};
export const loadModule = async (name, bundle) => {
  if (!factories.has(name)) await import(bundle);
  return run(name);
};
"""


def bundle_of(module: str) -> str:
    """Return the path of a module's bundle. All bundles are in one folder."""
    return f"js/{relpath(module, 'js').removesuffix('.js').replace('/', '-')}.bundle.js"


def script_bundles(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the bundles of modules by their paths. Raises KeyError if a module imports one that does not exist."""
    main = closure(sources, MAIN)
    bundles = {bundle_of(MAIN): f'{_RUNTIME}{_join(sources, main)}loadModule("{MAIN}");\n'}
    pending = _dynamic_imports(sources, main)
    while pending:
        entry = pending.pop()
        own = [module for module in closure(sources, entry) if module not in main]
        bundles[bundle_of(entry)] = (
            f'import {{ defineModule, loadModule }} from "./main.bundle.js";\n{_join(sources, own)}'
        )
        pending |= {module for module in _dynamic_imports(sources, own) if bundle_of(module) not in bundles}
    return bundles


def _dynamic_imports(sources: Mapping[str, str], modules: Iterable[str]) -> set[str]:
    return {
        _resolve(module, name) for module in modules for name in _DYNAMIC.findall(_without_comments(sources[module]))
    }


def _without_comments(source: str) -> str:
    """Return a module without the comments that have lines of their own."""
    return _COMMENT.sub("", source)


def closure(sources: Mapping[str, str], *modules: str) -> list[str]:
    """Return these modules and all that they import, directly or not, each after what it imports."""
    found: dict[str, None] = {}

    def visit(module: str) -> None:
        if module not in found:
            for needed in _needs(module, sources[module]):
                visit(needed)
            found[module] = None

    for module in modules:
        visit(module)
    return list(found)


def style_bundles(sources: Mapping[str, str], document: str) -> dict[str, str]:
    """Return the style sheet of each view by its path: the sheets that the document links, then those of the view."""
    common = STYLE_LINK.findall(document)
    views = [path for path in sources if path.startswith(VIEWS)]
    sheets = {view: [*common, *style_sheets(sources, closure(sources, MAIN, view))] for view in views}
    return {style_bundle_of(view): "".join(sources[f"css/{name}"] for name in sheets[view]) for view in views}


def style_bundle_of(view: str) -> str:
    """Return the path of the style sheet of a view's module."""
    return f"css/{view.removeprefix(VIEWS).removesuffix('.js')}.bundle.css"


def style_sheets(sources: Mapping[str, str], modules: Iterable[str]) -> list[str]:
    """Return the style sheets that the modules load; see web/js/style.js."""
    return sorted({sheet for module in modules for sheet in _STYLE.findall(sources[module])})


def _needs(module: str, source: str) -> list[str]:
    names = [name for _, name in (*_IMPORT.findall(source), *_EXPORT_FROM.findall(source))]
    return list(dict.fromkeys(_resolve(module, name) for name in names))


def _resolve(module: str, name: str) -> str:
    return normpath(join(dirname(module), name))


def _join(sources: Mapping[str, str], modules: Iterable[str]) -> str:
    return "".join(_define(module, _without_comments(sources[module])) for module in modules)


def _define(module: str, source: str) -> str:
    """Return the statement that defines a module."""
    needs = _needs(module, source)
    resolve: Callable[[str], str] = partial(_resolve, module)
    parameters = {name: f"needed{number}" for number, name in enumerate(needs)}
    exports = [name for _, name in _EXPORT.findall(source)]

    def import_from(found: re.Match[str]) -> str:
        names, path = found.groups()
        return f"const {{{names.replace(' as ', ': ')}}} = {parameters[resolve(path)]};\n" if names else ""

    def export_from(found: re.Match[str]) -> str:
        names, path = found.groups()
        return f"{{ const {{{names}}} = {parameters[resolve(path)]}; Object.assign(exports, {{{names}}}); }}\n"

    def load(found: re.Match[str]) -> str:
        path = resolve(found[1])
        return f'loadModule("{path}", "./{bundle_of(path).removeprefix("js/")}")'

    source = _EXPORT_FROM.sub(export_from, _IMPORT.sub(import_from, source))
    source = _DYNAMIC.sub(load, _EXPORT.sub(r"\1", source))
    source = source.replace("import.meta.url", f'new URL("./{relpath(module, "js")}", import.meta.url)')
    given = "".join(f", {parameter}" for parameter in parameters.values())
    ending = f"Object.assign(exports, {{ {', '.join(exports)} }});\n" if exports else ""
    # In parentheses: V8 then compiles it as it loads the bundle, and not again when it is called.
    return f"defineModule({module!r}, {needs!r}, (async function (exports{given}) {{\n{source}{ending}}}));\n"
