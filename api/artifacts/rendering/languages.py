"""The languages that are highlighted: those whose lexers stay fast on hostile text.

Others do not: a line of `a: a: a: ...` keeps Pygments' INI lexer busy for minutes inside one regular expression, and no
other thread can run meanwhile. So line length is limited, and a lexer is added here only if it passes the tests with
hostile text.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from pygments.lexer import Lexer
from pygments.lexers import get_all_lexers, get_lexer_by_name

NAMES = (
    "bash", "c", "cpp", "csharp", "css", "diff", "docker", "go", "html", "ini", "java", "javascript", "json", "kotlin",
    "make", "python", "ruby", "rust", "sql", "swift", "toml", "typescript", "xml", "yaml",
)  # fmt: skip

MAX_LINE = 1_000
"""Characters. Text with a longer line is not highlighted."""

_ANY_LINE = {"json"}
"""Languages whose lexer uses no regular expressions."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language, by its name in Pygments."""

    name: str

    def create_lexer(self) -> Lexer:
        """Return a lexer that does not change the text."""
        return get_lexer_by_name(self.name, stripnl=False, ensurenl=False)

    def can_highlight(self, text: str) -> bool:
        """Return whether the lexer is safe for the text."""
        return self.name in _ANY_LINE or all(len(line) <= MAX_LINE for line in text.split("\n"))


@dataclass(frozen=True, slots=True)
class _Index:
    aliases: dict[str, Language]
    patterns: dict[str, Language]
    media_types: dict[str, Language]


@cache
def _index() -> _Index:
    """Return what Pygments knows about the languages, without loading their lexers."""
    index = _Index({}, {}, {})
    for _, aliases, patterns, media_types in get_all_lexers(plugins=False):
        for name in set(aliases) & set(NAMES):
            language = Language(name)
            index.aliases.update(dict.fromkeys(aliases, language))
            index.patterns.update({pattern.lower(): language for pattern in patterns})
            index.media_types.update(dict.fromkeys(media_types, language))
    return index


def by_alias(alias: str) -> Language | None:
    """Return the language that a fenced code block names."""
    return _index().aliases.get(alias.lower())


def by_file_name(path: str) -> Language | None:
    """Return the language of a file, or of an artifact that is named like one."""
    name = path.rsplit("/", 1)[-1].lower()
    return next((language for pattern, language in _index().patterns.items() if fnmatchcase(name, pattern)), None)


def by_media_type(media_type: str) -> Language | None:
    """Return the language of a media type, registered or not; `application/problem+json` is JSON."""
    subtype = media_type.rpartition("/")[2].rpartition("+")[2]
    return _index().media_types.get(media_type) or by_alias(subtype.removeprefix("x-"))
