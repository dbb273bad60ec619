"""Which parts of a brief are its requirements, and why the others are not.

A brief is walked once: each block is put into the section that its headings make, and what could be a requirement
becomes a candidate. Then the best of these that there are make the requirements: what stands in sections about
requirements; else what stands in lists, tables and labelled paragraphs of sections about nothing in particular; else
goals; else prose.
"""

# ruff: noqa: E501, RUF001 - words and marks of many languages, in lists that are read across
from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum

from activities.agents.rehearsal.outline import Block, Kind, joined, outline
from activities.agents.rehearsal.plain_text import as_markdown
from activities.agents.rehearsal.requirements import MOST_REQUIREMENTS, Requirement, numbered, split_label
from activities.agents.rehearsal.sections import Section, excludes, rules_out, section_of
from activities.agents.rehearsal.sentences import asks, is_question, sentences
from activities.agents.rehearsal.tables import requirement_of, says_requirements

BOLD, COLON = 7, 8
"""The levels of headings that are no headings in Markdown: a paragraph in bold, one that ends with a colon."""

STRUCK, COMMENT, PROSE, QUOTE, CODE = "struck out", "a comment", "prose", "a quotation", "a code block"
TOO_MANY = f"more than the {MOST_REQUIREMENTS} requirements that a rehearsal builds"

_REMARK = re.compile(r"[(\[（【]([^()\[\]（）【】]{2,60})[)\]）】]\s*[.;,]?$")
_LEADING_REMARK = re.compile(r"^[(\[（【]([^()\[\]（）【】]{2,60})[)\]）】]")
_LEAD = re.compile(r"^([^:：]{2,60})[:：]\s*(.*)$", re.DOTALL)
_ONLY_A_REMARK = re.compile(r"^[\s.,;:–—-]*(?:[(\[（].*[)\]）])?[\s.,;]*$", re.DOTALL)
_PLACEHOLDER = re.compile(
    r"^(?:\W*|(?:tbd|tba|todo|n/?a|none|nothing|keine?|aucune?|ninguno|nessuno|geen|lorem ipsum.*|\.\.\.|…)\W*"
    r"|<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\})$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"^(?:user |use )?(feature|requirement|story|case|epic|scenario|anforderung|exigence|requisito)\s*#?(\d{1,4}(?:\.\d{1,4})*)\s*[.:)–—-]\s*(?=\S)",
    re.IGNORECASE,
)
"""What people call the headings of single requirements: "Story 1.1: Sign up"."""
_MODAL = re.compile(
    r"^(?:can|cannot|must|may|should|shall|could|will|kann|können|muss|müssen|soll|sollen|darf|peut|peuvent|puede|pueden|pode|podem|può|possono|kan|kunnen)\b"
)
_URL = re.compile(r"^<?[a-z]+://\S+$", re.IGNORECASE)
_SCENARIO = re.compile(r"^\s*(?:Scenario(?: Outline)?|Szenario|Scénario|Escenario|Cenário)\s*:\s*(.*)$", re.I)
_GOES_ON = re.compile(
    r"\w.*\b(?:can|must|should|shall|may|could|will|to|kann|können|soll|sollen|muss|müssen)\s*:?$", re.I
)
"""The words of an item that what is nested in it goes on with: "Users can:", "sign up"."""
_SECTION_WORDS = 3
"""A heading of more words that speaks of a section is the title of the whole: "Requirements of the ferry bookings"."""
_LONGEST_LINE = 80
"""Characters of a first line that is taken for a title."""
_FEW = 3
"""Words; what is nested and shorter than that is a detail of the item that it is nested in."""


class Tier(IntEnum):
    """How much something looks like a requirement, the most first."""

    ASKED = 0
    LISTED = 1
    GOAL = 2
    SAID = 3
    ASIDE = 4


@dataclass(slots=True)
class Candidate:
    """What may be a requirement. `prose` is a sentence, which counts in company of lists only where it asks."""

    tier: Tier
    text: str
    why_not: str
    label: str | None = None
    quality: bool = False
    prose: bool = False
    part_of: int = 0  # the heading that it stands under
    details: list[str] = field(default_factory=list)

    @property
    def whole(self) -> str:
        if not self.details:
            return self.text
        rest = "; ".join([*(one.rstrip(".;") for one in self.details[:-1]), self.details[-1]])
        return f"{self.text} {rest}" if self.text.endswith((":", ".", ";")) else f"{self.text}: {rest}"


@dataclass(frozen=True, slots=True)
class NotUsed:
    """A part of the brief that is not built, and why."""

    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Selection:
    requirements: tuple[Requirement, ...]
    not_used: tuple[NotUsed, ...] = ()
    title: str = ""
    summary: str = ""


def select(text: str) -> Selection:
    """Read a text; no requirements where it has none. Takes time linear in the text."""
    markdown, comments = as_markdown(text)
    blocks = outline(markdown)
    not_used = [NotUsed(COMMENT, said) for said in map(_one_line, comments) if said]
    chosen = _Walk(blocks).select()
    if not chosen.requirements:
        chosen = _from_elsewhere(blocks) or chosen
    return replace(chosen, not_used=(*chosen.not_used, *not_used))


def _from_elsewhere(blocks: list[Block]) -> Selection | None:
    """The requirements of a brief that stands in a quotation or in a code block, whole."""
    for inner in (
        [replace(block, quoted=False) for block in blocks],
        [one for block in blocks if block.kind is Kind.CODE for one in outline(as_markdown(block.text)[0])],
    ):
        found = _Walk(inner).select()
        if found.requirements:
            outer = _Walk(blocks).select()
            return replace(found, title=outer.title or found.title)
    return None


def _one_line(text: str) -> str:
    return " ".join(text.split())


class _Walk:
    """The state of one walk over the blocks."""

    def __init__(self, blocks: list[Block]) -> None:
        self._blocks = blocks
        self._above: list[tuple[int, Section | None, int]] = []  # level, section, index of the open headings
        self._candidates: list[Candidate] = []
        self._not_used: list[NotUsed] = []
        self._owner: tuple[int, Candidate] | None = None  # the requirement that a heading is, and its level
        self._title_at, self._title = _title(blocks)
        self._summary = ""
        self._after_list = False

    def select(self) -> Selection:
        for index, block in enumerate(self._blocks):
            if block.quoted:
                if block.text.strip():
                    self._leave(QUOTE, joined(block))
            elif index != self._title_at:
                self._take(index, block)
        return self._chosen()

    # Each block

    def _take(self, index: int, block: Block) -> None:
        if block.struck and block.kind in (Kind.HEADING, Kind.PARAGRAPH):
            self._leave(STRUCK, block.struck)
        match block.kind:
            case Kind.HEADING:
                self._heading(index, block.level, block.text)
            case Kind.PARAGRAPH:
                self._paragraph(index, block)
            case Kind.ITEM:
                self._item(block, self._section())
            case Kind.ROW:
                self._row(block)
            case Kind.CODE:
                self._code(block)
        self._after_list = block.kind in (Kind.ITEM, Kind.ROW)

    def _heading(self, index: int, level: int, text: str) -> None:
        self._above = [one for one in self._above if one[0] < level]
        if self._owner is not None and self._owner[0] >= level:
            self._owner = None
        label, rest = split_label(text)
        if label is None and (number := _HEADING_NUMBER.match(text)):
            label, rest = number[1], text[number.end() :]
        if label is None and (named := _NAMED.match(text)):
            label, rest = f"{named[1].capitalize()}-{named[2]}", text[named.end() :]
        labelled = label is not None and not label[0].isdigit()
        section = None if labelled else section_of(rest if label else text)
        outer = self._section()
        if outer is Section.CONTEXT and rest.casefold() == "scope":
            section = None  # the scope of the document
        if section in (Section.CONTEXT, Section.GOALS, Section.LINKS) and outer is not None and outer.asks:
            section = None  # Notes, Users or History are what features are about
        self._above.append((level, section, index))
        if section is not None or self._owner is not None or not (outer is None or outer.asks) or not text:
            if section is None and self._owner is not None and text:
                self._owner[1].details.append(text)
            return
        if (labelled and not self._holds_labelled(index, level)) or (
            level < COLON and outer is not None and outer.asks and self._says_it_itself(index, level)
        ):
            remark = _REMARK.search(rest)
            if remark and excludes(remark[1]):
                self._above[-1] = (level, Section.EXCLUDED, index)
                self._leave(Section.EXCLUDED.value, text)
                return
            candidate = self._add(Tier.ASKED if outer is not None else Tier.LISTED, rest, label, outer)
            self._owner = (level, candidate)

    def _holds_labelled(self, index: int, level: int) -> bool:
        """Whether headings with labels of their own stand below a heading: "Epic 1" is then the name of a group."""
        for block in self._blocks[index + 1 :]:
            if block.kind is Kind.HEADING:
                if block.level <= level:
                    return False
                return split_label(block.text)[0] is not None or _NAMED.match(block.text) is not None
        return False

    def _says_it_itself(self, index: int, level: int) -> bool:
        """Whether a heading among requirements is one, rather than the name of a group: nothing is listed below it but
        criteria, or a word or two."""
        criteria, listed, long = False, 0, 0
        for block in self._blocks[index + 1 :]:
            if block.kind is Kind.HEADING:
                if block.level <= level:
                    break
                if split_label(block.text)[0]:
                    return False
                criteria = section_of(block.text) is Section.CRITERIA
            elif block.kind is Kind.PARAGRAPH and (name := _pseudo_heading(block)):
                criteria = section_of(name) is Section.CRITERIA
            elif block.kind in (Kind.ITEM, Kind.ROW) and not criteria:
                listed += 1
                long += _words(joined(block)) >= _FEW
        return long * 2 <= listed

    def _paragraph(self, index: int, block: Block) -> None:
        after = self._blocks[index + 1] if index + 1 < len(self._blocks) else None
        if self._after_list:
            self._above = [one for one in self._above if one[0] < COLON]
        if (name := _pseudo_heading(block, after)) and not block.quoted:
            self._heading(index, BOLD if block.emphasised or name.isupper() else COLON, name)
            return
        section = self._section()
        lines = _labelled_lines(block)
        if lines:
            for label, text in lines:
                self._candidate(text, section, label)
        elif self._owner is not None and (section is None or section.asks):
            self._owner[1].details.append(block.text)
        elif len(block.lines) > 1 and all(line.startswith(":") for line in block.lines[1:]):
            self._candidate(f"{block.lines[0]}{' '.join(block.lines[1:])}", section, None)  # a definition list
        elif any(map(_SCENARIO.match, block.lines)):
            self._scenarios(list(block.lines), section)
        else:
            self._prose(block, section)

    def _prose(self, block: Block, section: Section | None) -> None:
        if not self._summary and (section is None or section in (Section.CONTEXT, Section.GOALS)):
            self._summary = block.text
        if block.text.endswith((":", "\uff1a")):
            return  # it leads to what comes next
        if section is not None and not section.asks and section not in (Section.CONTEXT, Section.GOALS):
            self._leave(section.value, block.text)
            return
        for sentence in sentences(block.text):
            if is_question(sentence):
                self._leave(Section.QUESTIONS.value, sentence)
            elif rules_out(sentence):
                self._leave(Section.EXCLUDED.value, sentence)
            else:
                self._add(_PROSE_TIERS.get(section, Tier.ASKED), sentence, None, section, prose=True)

    def _item(self, item: Block, section: Section | None) -> None:
        text = item.text
        if item.struck and _ONLY_A_REMARK.match(text):
            self._leave(STRUCK, joined(replace(item, text=f"{item.struck} {text}".strip())))
            return
        if item.struck:
            self._leave(STRUCK, item.struck)
        section, inside = _by_its_own_words(item, section)
        if item.children and (self._is_group(item) or (inside is not section and not _GOES_ON.search(item.text))):
            if inside is not section and inside is Section.CRITERIA:
                self._candidate_or_detail(joined(item), inside)
                return
            for child in item.children:
                goes_on = _MODAL.match(child.text) and inside is section
                self._item(replace(child, text=f"{item.text.rstrip(':')} {child.text}") if goes_on else child, inside)
            return
        if section is Section.CRITERIA and self._candidates and self._owner is None and section is not self._section():
            self._candidates[-1].details.append(joined(item))
            return
        struck = [child for child in item.children if child.struck and _ONLY_A_REMARK.match(child.text)]
        for child in struck:
            self._leave(STRUCK, joined(replace(child, text=child.struck)))
        whole = joined(replace(item, children=tuple(child for child in item.children if child not in struck)))
        if (item.linked or _URL.match(whole)) and not item.children:
            self._leave(Section.LINKS.value, whole)
        elif _PLACEHOLDER.match(whole):
            return
        elif is_question(text) and not item.children:
            self._leave(Section.QUESTIONS.value, whole)
        else:
            self._candidate_or_detail(whole, section)

    def _is_group(self, item: Block) -> bool:
        """Whether what is nested in an item are requirements of their own, and the item names them."""
        if self._owner is not None:
            return False
        words = [_words(child.text) for child in item.children]
        head = item.text.rstrip(":")
        names = len(head.split()) <= 5 and not asks(head) and not item.text.endswith(":")
        long = sum(count >= _FEW for count in words) * 2 > len(words)
        return not item.text or (long and (names or all(asks(child.text) for child in item.children)))

    def _row(self, block: Block) -> None:
        section = self._section()
        row = requirement_of(block)
        if row is None:
            return
        if row.struck:
            self._leave(STRUCK, row.text)
        elif row.excluded:
            self._leave(Section.EXCLUDED.value, row.text)
        elif self._owner is not None:
            self._owner[1].details.append(row.text)
        elif section is None and not says_requirements(block.header) and row.label is None:
            self._add(Tier.SAID, row.text, None, None)
        elif is_question(row.text):
            self._leave(Section.QUESTIONS.value, row.text)
        else:
            self._candidate(row.text, section, row.label)

    def _code(self, block: Block) -> None:
        lines = block.text.splitlines()
        if any(map(_SCENARIO.match, lines)):
            self._scenarios(lines, self._section())
        elif block.text.strip():
            self._leave(CODE, _one_line(block.text))

    def _scenarios(self, lines: list[str], section: Section | None) -> None:
        """Gherkin: each scenario with its steps is one requirement."""
        current: Candidate | None = None
        for line in filter(str.strip, lines):
            if found := _SCENARIO.match(line):
                current = self._candidate(_one_line(found[1]) or "Scenario", section, None)
            elif current is not None and not line.lstrip().startswith(("#", "@")):
                current.details.append(_one_line(line))

    # Candidates

    def _section(self) -> Section | None:
        """The section that the open headings make. What is excluded holds nothing else; a risk neither."""
        sections = [section for _, section, _ in self._above if section is not None]
        closed = next((one for one in sections if not one.asks and one not in (Section.CONTEXT, Section.GOALS)), None)
        return closed or (sections[-1] if sections else None)

    def _candidate_or_detail(self, text: str, section: Section | None) -> None:
        if self._owner is not None and (section is None or section.asks):
            self._owner[1].details.append(text)
        else:
            label, rest = split_label(text)
            if _MODAL.match(rest) and self._above and self._above[-1][1] is None:
                rest = f"{self._blocks[self._above[-1][2]].text.rstrip(':')} {rest}"  # "Admin": "can delete users"
            self._candidate(rest, section, label)

    def _candidate(self, text: str, section: Section | None, label: str | None) -> Candidate | None:
        remark = _REMARK.search(text) or _LEADING_REMARK.match(text)
        if (remark and excludes(remark[1])) or rules_out(text):
            section = Section.EXCLUDED
        tier = _TIERS.get(section, Tier.ASKED)
        if tier is None:
            assert section is not None
            self._leave(section.value, f"{label}: {text}" if label else text)
            return None
        return self._add(tier, text, label, section)

    def _add(
        self, tier: Tier, text: str, label: str | None, section: Section | None, *, prose: bool = False
    ) -> Candidate:
        why = PROSE if section is None or section.asks else section.value
        at = self._above[-1][2] if self._above else -1
        found = Candidate(tier, text, why, label, section is Section.QUALITY, prose, at)
        self._candidates.append(found)
        return found

    def _leave(self, reason: str, text: str) -> None:
        self._not_used.append(NotUsed(reason, text))

    # The choice

    def _chosen(self) -> Selection:
        tiers = {one.tier for one in self._candidates}
        if Tier.ASKED in tiers:
            listing = {one.part_of for one in self._candidates if one.tier is Tier.ASKED and not one.prose}
            chosen = self._split(lambda one: one.tier is Tier.ASKED and (
                not one.prose or one.part_of not in listing or asks(one.text)))  # fmt: skip
        elif any(one.tier is Tier.LISTED for one in self._candidates):
            chosen = self._split(
                lambda one: one.tier is Tier.LISTED or (one.tier is Tier.SAID and one.prose and asks(one.text))
            )
        elif Tier.GOAL in tiers:
            listed = any(one.tier is Tier.GOAL and not one.prose for one in self._candidates)
            chosen = self._split(
                lambda one: (
                    (one.tier is Tier.GOAL and not (listed and one.prose))
                    or (one.tier is Tier.SAID and one.prose and asks(one.text))
                )
            )
        else:
            tier = min(tiers, default=Tier.SAID)
            chosen = self._split(lambda one: one.tier is tier)
        return self._selection(chosen)

    def _split(self, wanted: Callable[[Candidate], bool]) -> list[Candidate]:
        chosen = [one for one in self._candidates if wanted(one)]
        used = set(map(id, chosen))
        for one in self._candidates:
            if id(one) not in used and one.text not in self._summary:
                self._leave(one.why_not, f"{one.label}: {one.whole}" if one.label else one.whole)
        return chosen

    def _selection(self, chosen: Iterable[Candidate]) -> Selection:
        ordered = sorted(chosen, key=lambda one: one.quality)
        found = numbered((one.label, one.whole, one.quality) for one in ordered)
        more = [NotUsed(TOO_MANY, one.text) for one in found[MOST_REQUIREMENTS:]]
        return Selection(found[:MOST_REQUIREMENTS], (*self._not_used, *more), self._title, self._summary)


_TIERS: dict[Section | None, Tier | None] = {
    None: Tier.LISTED,
    Section.GOALS: Tier.GOAL,
    Section.CONTEXT: Tier.ASIDE,
    **dict.fromkeys((Section.EXCLUDED, Section.RISKS, Section.QUESTIONS, Section.LINKS, Section.CONTENTS)),
}
_PROSE_TIERS = {None: Tier.SAID, Section.GOALS: Tier.GOAL, Section.CONTEXT: Tier.ASIDE}


def _by_its_own_words(item: Block, section: Section | None) -> tuple[Section | None, Section | None]:
    """The section of an item and of what is nested in it, where its first words say so: "Out of scope: payments"."""
    if section is not None and not section.asks and section is not Section.GOALS:
        return section, section
    lead = _LEAD.match(item.text)
    own = section_of(lead[1] if lead else item.text) if lead or item.children else None
    if lead and own in (Section.EXCLUDED, Section.RISKS, Section.QUESTIONS):
        return own, own
    if item.children and own is not None and own not in (Section.CONTEXT, Section.GOALS) and not (lead and lead[2]):
        return section, own
    remark = _REMARK.search(item.text) or _LEADING_REMARK.match(item.text)
    if remark and excludes(remark[1]):
        return Section.EXCLUDED, Section.EXCLUDED
    return section, section


def _words(text: str) -> int:
    """How many words a text has; of a script without spaces, about as many."""
    return len(text.split()) if text.isascii() else max(len(text.split()), len(text) // 4)


def _pseudo_heading(block: Block, after: Block | None = None) -> str:
    """The words of a paragraph that is meant as a heading; "" where it is none."""
    if len(block.lines) != 1 or len(block.text) > 80:
        return ""
    text = block.text
    if block.emphasised or text.endswith((":", "\uff1a")):
        return text.rstrip(":\uff1a ")
    if text.isupper() and len(text) > 3 and len(text.split()) <= 8:
        return text
    listed = after is not None and after.kind in (Kind.ITEM, Kind.ROW)
    return text if listed and not text.endswith((".", "!", "?")) and section_of(text) is not None else ""


def _labelled_lines(block: Block) -> list[tuple[str, str]]:
    """The lines of a paragraph under their labels, those that go on joined; none where it does not begin with one."""
    found: list[tuple[str, str]] = []
    for line in block.lines:
        label, rest = split_label(line)
        if label is None and (number := _PARAGRAPH_NUMBER.match(line)):
            label, rest = number[1], line[number.end() :]
        if label is not None:
            found.append((label, rest))
        elif not found:
            return []
        else:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line}")
    return found


_PARAGRAPH_NUMBER = re.compile(r"^(\d{1,3}(?:\.\d{1,3}){1,4})\.?\s+(?=[^\W\d])")
_HEADING_NUMBER = _PARAGRAPH_NUMBER


def _title(blocks: list[Block]) -> tuple[int, str]:
    """Where the title stands (-1: nowhere, or it is a requirement, too), and the title, "" where there is none: the
    first heading, of level 1, unless it names a section; else the first line."""
    shown = [(index, block) for index, block in enumerate(blocks) if not block.quoted]
    headings = [(index, block) for index, block in shown if block.kind is Kind.HEADING]
    tops = [index for index, block in headings if block.level == 1]
    if tops and headings[0][0] == tops[0]:
        index, text = tops[0], blocks[tops[0]].text
        alone = len(tops) == 1 and len(headings) > 1 and len(text.split()) > _SECTION_WORDS
        if (section_of(text) is None or alone) and not split_label(text)[0]:
            return index, text
    if tops or not shown or shown[0][1].kind is not Kind.PARAGRAPH or len(shown[0][1].lines) != 1:
        return -1, ""
    index, text = shown[0][0], shown[0][1].text
    if (
        len(text) > _LONGEST_LINE
        or text.endswith((":", "\uff1a"))
        or split_label(text)[0]
        or section_of(text) is not None
    ):
        return -1, ""
    is_prose = text.endswith((".", "!", "?", "\u3002"))
    return (-1 if is_prose or len(shown) == 1 else index), text
