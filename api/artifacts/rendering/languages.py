"""The languages that are coloured: those whose lexers get through hostile text, one match at a time, in no time.

Others do not: a line of `a: a: a: ...` keeps Pygments' INI lexer busy for minutes inside one regular expression, and no
other thread runs meanwhile. So lines have a limit, and a lexer is added here together with the tests' hostile texts.
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
"""Characters; text with a longer line is not coloured."""

_ANY_LINE = {"json"}
"""Lexers that are not made of regular expressions."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language, under Pygments' name for it."""

    name: str

    def lexer(self) -> Lexer:
        """A lexer that leaves the text as it is."""
        return get_lexer_by_name(self.name, stripnl=False, ensurenl=False)

    def takes(self, text: str) -> bool:
        """Whether the text may be given to the lexer."""
        return self.name in _ANY_LINE or all(len(line) <= MAX_LINE for line in text.split("\n"))


@dataclass(frozen=True, slots=True)
class _Known:
    aliases: dict[str, Language]
    patterns: dict[str, Language]
    media_types: dict[str, Language]


@cache
def _known() -> _Known:
    """What Pygments says of the languages, without loading them."""
    known = _Known({}, {}, {})
    for _, aliases, patterns, media_types in get_all_lexers(plugins=False):
        for name in set(aliases) & set(NAMES):
            language = Language(name)
            known.aliases.update(dict.fromkeys(aliases, language))
            known.patterns.update({pattern.lower(): language for pattern in patterns})
            known.media_types.update(dict.fromkeys(media_types, language))
    return known


def by_alias(alias: str) -> Language | None:
    """The language that a fenced block names."""
    return _known().aliases.get(alias.lower())


def by_file_name(path: str) -> Language | None:
    """The language of a file, or of an artifact that is named as one."""
    name = path.rsplit("/", 1)[-1].lower()
    return next((language for pattern, language in _known().patterns.items() if fnmatchcase(name, pattern)), None)


def by_media_type(media_type: str) -> Language | None:
    """The language of a media type, whether it is registered or not; `application/problem+json` is JSON."""
    subtype = media_type.rpartition("/")[2].rpartition("+")[2]
    return _known().media_types.get(media_type) or by_alias(subtype.removeprefix("x-"))
