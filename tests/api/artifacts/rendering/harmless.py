"""What a rendering may contain: a second list, independent of the sanitizer's, and checked with another parser."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from api.artifacts.rendering import RenderSource, render_fragment

MARKDOWN = "text/markdown"

ATTRIBUTES = {
    "a": {"href", "title", "rel", "target"},
    "article": {"class"},
    "code": {"class"},
    "ol": {"start"},
    "p": {"class"},
    "blockquote": {"class"},
    "span": {"class", "title"},
    "td": {"class"},
    "th": {"class"},
    "ul": {"class"},
}
BARE = {"em", "h1", "h2", "h3", "h4", "h5", "h6", "li", "pre", "s", "strong"}
TABLE = {"table", "thead", "tbody", "tr"}
VOID = {"br", "hr"}

CLASSES = re.compile(
    r"rendered rendered-(markdown|code|text|files|archive|binary)"
    r"|language-[a-z]+|note|caption|caution|definition|files|size|image|local|align-(left|center|right)|[a-z]{1,3}[0-9]?"
)


class Page(HTMLParser):
    """The fragment as a browser parses it; `text` is what a person reads."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ATTRIBUTES.keys() | BARE | TABLE | VOID, tag
        assert {name for name, _ in attrs} <= ATTRIBUTES.get(tag, set()), (tag, attrs)
        values = dict(attrs)
        assert len(values) == len(attrs)
        if "class" in values:
            assert CLASSES.fullmatch(values["class"] or ""), values
        if "start" in values:
            assert (values["start"] or "").isdecimal()
        if tag == "a":
            assert (values["rel"], values["target"]) == ("noopener noreferrer nofollow", "_blank")
            # An invalid URL, such as one with a quote in its host, is left out.
            assert re.match(r"(https?|mailto):", values.get("href", "http:") or "", re.IGNORECASE), values
        self.tags.append((tag, values))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    handle_pi = unknown_decl = handle_comment

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(content: str | bytes, media_type: str = MARKDOWN, name: str = "notes", file: str | None = None) -> Page:
    """Render content and check that every tag and attribute is on our list."""
    body = content.encode() if isinstance(content, str) else content
    html = render_fragment(RenderSource("hash", media_type, name, file), body).decode()
    found = Page(html)
    (tag, attributes), *_ = found.tags
    assert tag == "article", html
    assert html.startswith(f'<article class="{attributes["class"]}">')
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]", html)
    return found


def kind(found: Page) -> str:
    return str(found.named("article")[0]["class"]).removeprefix("rendered rendered-")
