"""The page's bundles: every module and style sheet of a view in few files, without a build step."""

from __future__ import annotations

import re

import pytest

from api.page.bundles import closure, script_bundles, style_bundles
from api.page.documents import VIEWS
from api.page.files import current_snapshot

MAIN = """\
/** Starts. */

// A comment.
import { number as n, word } from "./words.js";
import "./effects.js";
export { word } from "./words.js";

export const later = () => import("./views/late.js");
export async function start() {
  /** @type {string} */ (word);
  return new URL("../icons.svg", import.meta.url);
}
"""
SOURCES = {
    "js/main.js": MAIN,
    "js/words.js": 'export const number = 1;\nexport const word = "a // word";\n',
    "js/effects.js": "globalThis.ran = true;\n",
    "js/views/late.js": 'import { word } from "../words.js";\nimport { own } from "./own.js";\n'
    'await style("late.css");\nexport function open() {}\n',
    "js/views/own.js": "export class own {}\n",
    "js/vendored.js": 'import("./chunk-that-does-not-exist.js")',
    "css/all.css": "body {}\n",
    "css/late.css": "main {}\n",
}


def test_a_module_comes_after_what_it_imports() -> None:
    assert closure(SOURCES, "js/views/late.js") == ["js/words.js", "js/views/own.js", "js/views/late.js"]


def test_a_bundle_has_what_the_main_one_lacks() -> None:
    bundles = script_bundles(SOURCES)
    assert sorted(bundles) == ["js/main.bundle.js", "js/views-late.bundle.js"]
    defined = {path: re.findall(r"^defineModule\('([^']+)'", text, re.MULTILINE) for path, text in bundles.items()}
    assert defined["js/main.bundle.js"] == ["js/words.js", "js/effects.js", "js/main.js"]
    assert defined["js/views-late.bundle.js"] == ["js/views/own.js", "js/views/late.js"]


def test_imports_and_exports_are_rewritten() -> None:
    bundle = script_bundles(SOURCES)["js/main.bundle.js"]
    main = bundle[bundle.index("defineModule('js/main.js'") :]
    assert "async function (exports, needed0, needed1) {" in main
    assert "const { number: n, word } = needed0;" in main
    assert 'loadModule("js/views/late.js", "./views-late.bundle.js")' in main
    assert 'new URL("../icons.svg", new URL("./main.js", import.meta.url))' in main
    assert "Object.assign(exports, { later, start });" in main
    assert "Object.assign(exports, { word })" in main
    assert "comment" not in main
    assert "/** @type {string} */ (word);" in main
    assert 'word = "a // word"' in bundle


def test_a_view_has_one_style_sheet() -> None:
    document = '    <link rel="stylesheet" href="/web/css/all.css">\n'
    assert style_bundles(SOURCES, document)["css/late.bundle.css"] == "body {}\nmain {}\n"


@pytest.mark.parametrize("view", sorted(set(VIEWS.values())))
def test_the_bundles_of_the_page_hold_every_module_of_a_view(view: str) -> None:
    files, texts = current_snapshot().files, current_snapshot().texts
    bundles = [files[path].body.decode() for path in ("js/main.bundle.js", f"js/views-{view}.bundle.js")]
    for module in closure(texts, "js/main.js", f"js/views/{view}.js"):
        assert any(f"defineModule('{module}'" in bundle for bundle in bundles), module
    for bundle in bundles:
        assert not re.findall(
            r"^(?:import|export) (?!const (?:define|load)Module|\{ defineModule)", bundle, re.MULTILINE
        )
    assert f"css/{view}.bundle.css" in files
