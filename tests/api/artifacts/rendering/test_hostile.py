"""Hostile content renders quickly, and only to the tags and attributes on our list."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.artifacts.rendering import RenderSource, languages, render_fragment
from api.artifacts.rendering.deadline import Deadline
from api.artifacts.rendering.fragment import MAX_RENDERED, SECONDS
from api.artifacts.rendering.highlighting import highlight
from api.artifacts.rendering.text import reveal_hidden
from artifacts.media_types import FILES, ZIP
from tests.api.artifacts.rendering.harmless import MARKDOWN, kind, page

ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.example></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '<svg/onload=alert(1)><animate onbegin=alert(1) attributeName="x"/>',
    "<style>*{background:url(//x.example)}</style>",
    '<p style="position:fixed">x</p>',
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=x><embed src=x><base href=//x.example><meta http-equiv=refresh content=0>",
    "<form action=//x.example><input autofocus onfocus=alert(1)><button>x</button></form>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?>",
    "<a id=x name=x class=y style=z>x</a>",
    "</article></div><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;&#x61;vascript&colon;alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](java&NewLine;script:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](&#1;javascript:alert(1))",
    "[x](vbscript:x) [x](file:///etc/passwd) [x](blob:x) [x](about:blank) [x](ws://x)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml,%3Csvg%20onload=alert(1)%3E)",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)> <data:text/html,x> <http://x.example/\"onclick=alert(1)>",
    "[x](http://x.example/\"onmouseover=alert(1)) [x](http://x.example 'a\" onclick=\"alert(1)')",
    "[x]\n\n[x]: javascript:alert(1) \"t\"",
    "[x](http://x.example\\\"><script>alert(1)</script>)",
    "[![x](http://x.example/y.png)](javascript:alert(1))",
    "![\"onerror=alert(1)](x \"onerror=alert(1)\")",
    "```<script>alert(1)</script>\nx\n```",
    "```py\"><img src=x onerror=alert(1)>\nx\n```",
    "~~~html\n<script>alert(1)</script>\n~~~",
    "```python\nx = '</code></pre><script>alert(1)</script>'\n```",
    "`<script>alert(1)</script>`",
    "# <script>alert(1)</script> {#id onclick=x}",
    "| <script>alert(1)</script> |\n|-|\n| <img src=x onerror=alert(1)> |",
    "0. x\n\n999999999. y\n",
]  # fmt: skip
"""Each is tried in every place whose text is shown, as a subtest: a failure names the attack."""


@pytest.mark.parametrize("media_type", ["text/markdown", "text/plain", "text/html", "text/x-python", "image/svg+xml"])
def test_attacks_in_the_content(subtests: pytest.Subtests, media_type: str) -> None:
    for attack in ATTACKS:
        with subtests.test(attack=attack):
            found = page(attack, media_type)
            if kind(found) in ("code", "text"):
                for word in ("alert(1)", "javascript", "script", "onerror", "style"):
                    assert (word in found.text) is (word in attack)


@pytest.mark.parametrize(
    "markdown",
    [
        "> {}",
        "- {}",
        "**{}**",
        "[{}](http://x.example)",
        "[x](http://x.example '{}')",
        "![{}](x)",
        "[x]({})",
        "<{}>",
        "~~~{}\nx\n~~~",
        "    {}",
        "[{}]: x",
        "[x]: {}\n\n[x]",
        "| a |\n|-|\n| {} |",
    ],
)
def test_attacks_within_markdown(subtests: pytest.Subtests, markdown: str) -> None:
    for attack in ATTACKS:
        with subtests.test(attack=attack):
            page(markdown.replace("{}", attack))


def test_attacks_in_the_name_of_a_file(subtests: pytest.Subtests) -> None:
    for attack in ATTACKS:
        with subtests.test(attack=attack):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                archive.writestr(attack.replace("\n", " "), "x")
            assert kind(page(buffer.getvalue(), ZIP)) == "archive"
            allowed = "".join(char for char in attack if char.isprintable() and char != "\\")
            allowed = allowed.replace("//", "/").strip("/")
            found = page(json.dumps({"files": {allowed: "x"}}), FILES)
            assert kind(found) in ("files", "code")
            if "/" not in allowed:
                assert allowed in found.text


@pytest.mark.parametrize("path", ["a.md", "a.html", "a.svg", "a.js", "a"])
def test_attacks_in_a_file_of_a_set(subtests: pytest.Subtests, path: str) -> None:
    for attack in ATTACKS:
        with subtests.test(attack=attack):
            page(json.dumps({"files": {path: attack}}), FILES, file=path)


def test_attacks_in_the_media_type_and_name(subtests: pytest.Subtests) -> None:
    for attack in ATTACKS:
        with subtests.test(attack=attack):
            page(b"\xff", attack, attack)
            page("x", attack, attack)


WORDS = st.sampled_from(
    [
        *"<>[]()!*_`~#|-+=\\&;:\"'/ \n\t\r\x00\x01\u202e\u2028\ufeffaé😀",
        "\n\n", "    ", "> ", "- ", "1. ", "```", "~~~", "---", "|-|", "](", "![", "]: ", "<!--", "-->", "</", "/>",
        "script", "style", "svg", "math", "onerror=", "javascript:", "JAVASCRIPT:", "data:", "http://x.example",
        "mailto:a@b", "&lt;", "&#x3c;", "&colon;", "&Tab;", "html", "python", "article", "textarea", "plaintext",
        "template", "noscript",
    ]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(WORDS | st.text(max_size=8), max_size=60).map("".join))
def test_any_markdown_renders_to_the_allowed_tags(text: str) -> None:
    page(text.encode("utf-8", "replace"))


@settings(deadline=None)
@given(st.lists(WORDS | st.text(max_size=8), max_size=40).map("".join), st.sampled_from(languages.NAMES))
@example("\ufeff\ufeff", "bash")
def test_any_code_renders_to_the_allowed_tags_and_loses_no_text(text: str, language: str) -> None:
    code = text.encode("utf-8", "replace").decode()
    found = page(code, f"text/x-{language}")
    assert kind(found) == "code"
    shown = reveal_hidden(code).replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    assert found.text == shown + "\n"
    page(f"```{language}\n{code}")


def repeated(text: str, size: int = MAX_RENDERED) -> str:
    return (text * (size // len(text) + 1))[:size]


@pytest.mark.long
@pytest.mark.parametrize(
    "text",
    [
        ">" * 10_000,
        "> " * 10_000,
        "[" * 10_000,
        "![" * 10_000,
        "[" * 10_000 + "]" * 10_000,
        "- " * 10_000,
        ">- " * 5_000,
        "".join(f"{'  ' * depth}- a\n" for depth in range(350)),
        repeated("*a **b _c "),
        repeated("[a]("),
        repeated("`"),
        " ".join("`" * number for number in range(1, 500)),
        repeated("![a](b) "),
        repeated("<"),
        repeated("a\n\n"),
        repeated("```py\nx\n```\n"),
        repeated("[a]: b\n"),
        "|a" * 2_000 + "\n" + "|-" * 2_000 + "\n" + "|a\n" * 30_000,
        repeated("\u202e"),
    ],
    ids=range(19),
)
def test_markdown_made_to_take_forever_does_not(text: str) -> None:
    started = time.thread_time()
    html = render_fragment(RenderSource("hash", MARKDOWN, "notes"), text[:MAX_RENDERED].encode())
    assert time.thread_time() - started < 10 * SECONDS
    assert re.match(rb'<article class="rendered rendered-(markdown|text)">', html)


def test_content_nested_too_deeply_is_not_dropped() -> None:
    """Beyond its limit, markdown-it silently drops the rest."""
    for text in ("> " * 500 + "approve everything", ">" * 61 + "approve everything"):
        found = page(text)
        assert kind(found) == "text"
        assert "approve everything" in found.text
        assert "too complex" in found.text
    assert kind(page("> " * 25 + "deep enough")) == "markdown"


SLOW = [
    "a: ",
    " \n",
    "\n",
    '"""',
    "'",
    "/* ",
    "<style>",
    "<!-- ",
    "{",
    "(",
    "<<A\n",
    "`",
    "*",
    "\\",
    "$(",
    "=",
    "a.",
    "@'\n",
    'r#"',
]


@pytest.mark.parametrize("language", languages.NAMES)
def test_code_made_to_take_forever_does_not(language: str) -> None:
    """No lexer may stay in one regular expression: only killing the process would stop it."""
    for text in SLOW:
        for width in (0, languages.MAX_LINE - 1):
            hostile = repeated(text, 2**15)
            if width:
                hostile = "\n".join(hostile[at : at + width] for at in range(0, len(hostile), width))
            started = time.thread_time()
            highlight(hostile, languages.Language(language), Deadline(0.005))
            assert time.thread_time() - started < 1, text


def test_code_stays_complete_after_the_deadline() -> None:
    code = "def f(x):\n    return x\n" * 100
    html = highlight(code, languages.Language("python"), Deadline(0))
    assert html == code
    page_html = highlight(code * 20, languages.Language("python"), Deadline(0.003))
    assert page_html.count("<span") < 100 * 20 * 3
    assert (
        page_html.replace('<span class="k">', "").replace('<span class="nf">', "").replace("</span>", "") == code * 20
    )


@pytest.mark.parametrize("media_type", ["text/markdown", "text/plain", "text/html", "application/json"])
def test_a_megabyte_renders_quickly(media_type: str) -> None:
    for text in ("<script>alert(1)</script>", "[x](javascript:alert(1)) ", "a line of text\n", "\x00", "<b>"):
        started = time.thread_time()
        render_fragment(RenderSource("hash", media_type, "notes"), repeated(text, 2**20).encode())
        assert time.thread_time() - started < 10
    page(repeated("<b> <script>", 2**17 + 1), media_type)
