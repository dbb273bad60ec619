"""One walk over a brief: each block is put into the section that its headings make, and what could be a requirement
becomes a candidate."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum

from crew.rehearsal import marks
from crew.rehearsal.marks import BOLD, COLON
from crew.rehearsal.outline import Block, Kind, joined
from crew.rehearsal.requirements import split_label
from crew.rehearsal.sections import Section, excludes, rules_out, section_of
from crew.rehearsal.sentences import asks, is_question, sentences
from crew.rehearsal.tables import requirement_of, says_requirements

STRUCK, PROSE, QUOTE, CODE = "struck out", "prose", "a quotation", "a code block"


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


class Walk:
    """The state of one walk over the blocks."""

    def __init__(self, blocks: list[Block]) -> None:
        self._blocks = blocks
        self._above: list[tuple[int, Section | None, int]] = []  # level, section, index of the open headings
        self.candidates: list[Candidate] = []
        self.not_used: list[NotUsed] = []
        self._owner: tuple[int, Candidate] | None = None  # the requirement that a heading is, and its level
        self._title_at, self.title = marks.title(blocks)
        self.summary = ""
        self._after_list = False

    def run(self) -> None:
        """Take in every block."""
        for index, block in enumerate(self._blocks):
            if block.quoted:
                if block.text.strip():
                    self.leave(QUOTE, joined(block))
            elif index != self._title_at:
                self._take(index, block)

    # Each block

    def _take(self, index: int, block: Block) -> None:
        if block.struck and block.kind in (Kind.HEADING, Kind.PARAGRAPH):
            self.leave(STRUCK, block.struck)
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
        if label is None and (number := marks.HEADING_NUMBER.match(text)):
            label, rest = number[1], text[number.end() :]
        if label is None and (named := marks.NAMED.match(text)):
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
            remark = marks.REMARK.search(rest)
            if remark and excludes(remark[1]):
                self._above[-1] = (level, Section.EXCLUDED, index)
                self.leave(Section.EXCLUDED.value, text)
                return
            candidate = self._add(Tier.ASKED if outer is not None else Tier.LISTED, rest, label, outer)
            self._owner = (level, candidate)

    def _holds_labelled(self, index: int, level: int) -> bool:
        """Whether headings with labels of their own stand below a heading: "Epic 1" is then the name of a group."""
        for block in self._blocks[index + 1 :]:
            if block.kind is Kind.HEADING:
                if block.level <= level:
                    return False
                return split_label(block.text)[0] is not None or marks.NAMED.match(block.text) is not None
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
            elif block.kind is Kind.PARAGRAPH and (name := marks.pseudo_heading(block)):
                criteria = section_of(name) is Section.CRITERIA
            elif block.kind in (Kind.ITEM, Kind.ROW) and not criteria:
                listed += 1
                long += marks.words(joined(block)) >= marks.FEW
        return long * 2 <= listed

    def _paragraph(self, index: int, block: Block) -> None:
        after = self._blocks[index + 1] if index + 1 < len(self._blocks) else None
        if self._after_list:
            self._above = [one for one in self._above if one[0] < COLON]
        if (name := marks.pseudo_heading(block, after)) and not block.quoted:
            self._heading(index, BOLD if block.emphasised or name.isupper() else COLON, name)
            return
        section = self._section()
        lines = marks.labelled_lines(block)
        if lines:
            for label, text in lines:
                self._candidate(text, section, label)
        elif self._owner is not None and (section is None or section.asks):
            self._owner[1].details.append(block.text)
        elif len(block.lines) > 1 and all(line.startswith(":") for line in block.lines[1:]):
            self._candidate(f"{block.lines[0]}{' '.join(block.lines[1:])}", section, None)  # a definition list
        elif any(map(marks.SCENARIO.match, block.lines)):
            self._scenarios(list(block.lines), section)
        else:
            self._prose(block, section)

    def _prose(self, block: Block, section: Section | None) -> None:
        if not self.summary and (section is None or section in (Section.CONTEXT, Section.GOALS)):
            self.summary = block.text
        if block.text.endswith((":", "\uff1a")):
            return  # it leads to what comes next
        if section is not None and not section.asks and section not in (Section.CONTEXT, Section.GOALS):
            self.leave(section.value, block.text)
            return
        for sentence in sentences(block.text):
            if is_question(sentence):
                self.leave(Section.QUESTIONS.value, sentence)
            elif rules_out(sentence):
                self.leave(Section.EXCLUDED.value, sentence)
            else:
                self._add(_PROSE_TIERS.get(section, Tier.ASKED), sentence, None, section, prose=True)

    def _item(self, item: Block, section: Section | None) -> None:
        text = item.text
        if item.struck and marks.ONLY_A_REMARK.match(text):
            self.leave(STRUCK, joined(replace(item, text=f"{item.struck} {text}".strip())))
            return
        if item.struck:
            self.leave(STRUCK, item.struck)
        section, inside = marks.by_its_own_words(item, section)
        if item.children and (self._is_group(item) or (inside is not section and not marks.GOES_ON.search(item.text))):
            if inside is not section and inside is Section.CRITERIA:
                self._candidate_or_detail(joined(item), inside)
                return
            for child in item.children:
                goes_on = marks.MODAL.match(child.text) and inside is section
                self._item(replace(child, text=f"{item.text.rstrip(':')} {child.text}") if goes_on else child, inside)
            return
        if section is Section.CRITERIA and self.candidates and self._owner is None and section is not self._section():
            self.candidates[-1].details.append(joined(item))
            return
        struck = [child for child in item.children if child.struck and marks.ONLY_A_REMARK.match(child.text)]
        for child in struck:
            self.leave(STRUCK, joined(replace(child, text=child.struck)))
        whole = joined(replace(item, children=tuple(child for child in item.children if child not in struck)))
        if (item.linked or marks.URL.match(whole)) and not item.children:
            self.leave(Section.LINKS.value, whole)
        elif marks.PLACEHOLDER.match(whole):
            return
        elif is_question(text) and not item.children:
            self.leave(Section.QUESTIONS.value, whole)
        else:
            self._candidate_or_detail(whole, section)

    def _is_group(self, item: Block) -> bool:
        """Whether what is nested in an item are requirements of their own, and the item names them."""
        if self._owner is not None:
            return False
        words = [marks.words(child.text) for child in item.children]
        head = item.text.rstrip(":")
        names = len(head.split()) <= 5 and not asks(head) and not item.text.endswith(":")
        long = sum(count >= marks.FEW for count in words) * 2 > len(words)
        return not item.text or (long and (names or all(asks(child.text) for child in item.children)))

    def _row(self, block: Block) -> None:
        section = self._section()
        row = requirement_of(block)
        if row is None:
            return
        if row.struck:
            self.leave(STRUCK, row.text)
        elif row.excluded:
            self.leave(Section.EXCLUDED.value, row.text)
        elif self._owner is not None:
            self._owner[1].details.append(row.text)
        elif section is None and not says_requirements(block.header) and row.label is None:
            self._add(Tier.SAID, row.text, None, None)
        elif is_question(row.text):
            self.leave(Section.QUESTIONS.value, row.text)
        else:
            self._candidate(row.text, section, row.label)

    def _code(self, block: Block) -> None:
        lines = block.text.splitlines()
        if any(map(marks.SCENARIO.match, lines)):
            self._scenarios(lines, self._section())
        elif block.text.strip():
            self.leave(CODE, marks.one_line(block.text))

    def _scenarios(self, lines: list[str], section: Section | None) -> None:
        """Gherkin: each scenario with its steps is one requirement."""
        current: Candidate | None = None
        for line in filter(str.strip, lines):
            if found := marks.SCENARIO.match(line):
                current = self._candidate(marks.one_line(found[1]) or "Scenario", section, None)
            elif current is not None and not line.lstrip().startswith(("#", "@")):
                current.details.append(marks.one_line(line))

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
            if marks.MODAL.match(rest) and self._above and self._above[-1][1] is None:
                rest = f"{self._blocks[self._above[-1][2]].text.rstrip(':')} {rest}"  # "Admin": "can delete users"
            self._candidate(rest, section, label)

    def _candidate(self, text: str, section: Section | None, label: str | None) -> Candidate | None:
        remark = marks.REMARK.search(text) or marks.LEADING_REMARK.match(text)
        if (remark and excludes(remark[1])) or rules_out(text):
            section = Section.EXCLUDED
        tier = _TIERS.get(section, Tier.ASKED)
        if tier is None:
            assert section is not None
            self.leave(section.value, f"{label}: {text}" if label else text)
            return None
        return self._add(tier, text, label, section)

    def _add(
        self, tier: Tier, text: str, label: str | None, section: Section | None, *, prose: bool = False
    ) -> Candidate:
        why = PROSE if section is None or section.asks else section.value
        at = self._above[-1][2] if self._above else -1
        found = Candidate(tier, text, why, label, section is Section.QUALITY, prose, at)
        self.candidates.append(found)
        return found

    def leave(self, reason: str, text: str) -> None:
        self.not_used.append(NotUsed(reason, text))


_TIERS: dict[Section | None, Tier | None] = {
    None: Tier.LISTED,
    Section.GOALS: Tier.GOAL,
    Section.CONTEXT: Tier.ASIDE,
    **dict.fromkeys((Section.EXCLUDED, Section.RISKS, Section.QUESTIONS, Section.LINKS, Section.CONTENTS)),
}
_PROSE_TIERS = {None: Tier.SAID, Section.GOALS: Tier.GOAL, Section.CONTEXT: Tier.ASIDE}
