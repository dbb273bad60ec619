"""Collects candidates for requirements from the blocks of a brief."""

from __future__ import annotations

from dataclasses import replace

from crew.rehearsal.reading import patterns
from crew.rehearsal.reading.candidates import Candidate, NotUsed, Tier
from crew.rehearsal.reading.headings import find_title, heading_label
from crew.rehearsal.reading.markdown_blocks import DETAILS, Block, Kind, text_with_children
from crew.rehearsal.reading.outline import COLON, Outline, pseudo_heading, pseudo_level
from crew.rehearsal.reading.patterns import (
    MIN_REQUIREMENT_WORDS,
    collapse_whitespace,
    count_words,
    labelled_lines,
    sections_in_item,
)
from crew.rehearsal.reading.requirements import split_label
from crew.rehearsal.reading.section_headings import is_exclusion, is_exclusion_remark, says_out_of_scope, section_of
from crew.rehearsal.reading.sections import Section
from crew.rehearsal.reading.sentences import is_question, sentences, states_requirement
from crew.rehearsal.reading.tables import has_requirement_column, parse_rows

STRUCK, PROSE, QUOTE, CODE = "struck out", "prose", "a quotation", "a code block"
HEADING = "a heading"

_DETAILS_LEVEL = -1
_TIERS: dict[Section | None, Tier | None] = {
    None: Tier.LISTED,
    Section.GOALS: Tier.GOAL,
    Section.CONTEXT: Tier.BACKGROUND,
    **dict.fromkeys((Section.EXCLUDED, Section.RISKS, Section.QUESTIONS, Section.LINKS, Section.CONTENTS)),
}
_PROSE_TIERS = {None: Tier.PROSE, Section.GOALS: Tier.GOAL, Section.CONTEXT: Tier.BACKGROUND}


class CandidateCollector:
    """Visits each block of a brief, keeps track of its section, and collects candidates for requirements."""

    def __init__(self, blocks: list[Block], has_title: bool = False) -> None:
        self._blocks = blocks
        self._headings: list[tuple[int, Section | None, int]] = []  # level, section and index of the headings above
        self.candidates: list[Candidate] = []
        self.not_used: list[NotUsed] = []
        # The level and candidate of a heading that is a requirement itself; what follows are its details.
        self._parent: tuple[int, Candidate] | None = None
        self._title_index, self.title = find_title(blocks, has_title)
        self._outline = Outline(blocks)
        self.summary = ""
        self._after_list = False

    def run(self) -> None:
        """Visit every block."""
        for index, block in enumerate(self._blocks):
            if block.quoted:
                if block.text.strip():
                    self.mark_unused(QUOTE, text_with_children(block))
            elif index != self._title_index:
                self._visit(index, block)

    def _visit(self, index: int, block: Block) -> None:
        if block.struck and block.kind in (Kind.HEADING, Kind.PARAGRAPH):
            self.mark_unused(STRUCK, block.struck)
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

    def _pop(self, level: int) -> None:
        """End the sections of this level and below; those outside of an open <details> stay."""
        while self._headings and self._headings[-1][0] >= level:
            self._headings.pop()

    def _heading(self, index: int, level: int, text: str) -> None:
        if text.startswith(DETAILS):
            self._details(index, text.removeprefix(DETAILS).strip())
            return
        self._pop(level)
        if self._parent is not None and self._parent[0] >= level:
            self._parent = None
        label, rest = heading_label(text)
        labelled = label is not None and not label[0].isdigit()
        outer = self._section()
        section = None if labelled else section_of(rest if label else text, outer)
        if outer is Section.CONTEXT and rest.casefold() == "scope":
            section = None  # the scope of the document itself
        if section is Section.GOALS and outer is not None and outer.is_requested:
            section = None
        self._headings.append((level, section, index))
        if section is None and self._parent is not None and text:
            self._parent[1].details.append(text)
        if section is not None or self._parent is not None or not text:
            return
        if outer is not None and outer.is_unused:
            self.mark_unused(outer.value, text)
        elif outer is None or outer.is_requested:
            self._heading_among_requirements(index, level, text)
        elif index in self._outline.leaves and level < COLON:
            self._add(_TIERS[outer] or Tier.BACKGROUND, text, None, outer)

    def _details(self, index: int, summary: str) -> None:
        """Begin a <details> with this summary, or end it."""
        self._parent = None
        if summary:
            self._headings.append((_DETAILS_LEVEL, section_of(summary), index))
            return
        while self._headings and self._headings.pop()[0] != _DETAILS_LEVEL:
            pass

    def _heading_among_requirements(self, index: int, level: int, text: str) -> None:
        """Add a heading that is a requirement itself."""
        outer = self._section()
        label, rest = heading_label(text)
        labelled = label is not None and not label[0].isdigit()
        if (labelled and index not in self._outline.groups) or (
            level < COLON and outer is not None and self._outline.is_requirement(index)
        ):
            remark = patterns.REMARK.search(rest)
            if remark and is_exclusion(remark[1]):
                self._headings[-1] = (level, Section.EXCLUDED, index)
                self.mark_unused(Section.EXCLUDED.value, text)
                return
            candidate = self._add(Tier.IN_REQUIREMENTS if outer is not None else Tier.LISTED, rest, label, outer)
            self._parent = (level, candidate)
        elif index in self._outline.leaves and level < COLON and not patterns.PLACEHOLDER.match(text):
            self._add(Tier.PROSE, rest, label, None).reason_if_unused = HEADING

    def _paragraph(self, index: int, block: Block) -> None:
        parts = patterns.split_at_leads(block.lines)
        if len(parts) > 1:
            for part in parts:
                self._paragraph(index, replace(block, text=" ".join(part), lines=part, emphasised=False))
            return
        after = self._blocks[index + 1] if index + 1 < len(self._blocks) else None
        if self._after_list:
            self._pop(COLON)
        if (name := pseudo_heading(block, after)) and not block.quoted:
            self._heading(index, pseudo_level(block), name)
            return
        section = self._section()
        if section is None or section.is_requested or section is Section.GOALS:
            section = patterns.lead_section(block.text, section) or section  # "Risks: rough sea."
        lines = labelled_lines(block)
        if lines:
            for label, text in lines:
                self._add_unless_excluded(text, section, label)
        elif self._parent is not None and (section is None or section.is_requested):
            self._parent[1].details.append(block.text)
        elif len(block.lines) > 1 and all(line.startswith(":") for line in block.lines[1:]):
            # a definition list
            self._add_unless_excluded(f"{block.lines[0]}{' '.join(block.lines[1:])}", section, None)
        elif any(map(patterns.SCENARIO.match, block.lines)):
            self._scenarios(list(block.lines), section)
        else:
            self._prose(block, section)

    def _prose(self, block: Block, section: Section | None) -> None:
        is_summary = not self.summary and (section is None or section in (Section.CONTEXT, Section.GOALS))
        if is_summary:
            self.summary = block.text
        if block.text.endswith((":", "\uff1a")):
            return  # it introduces what follows
        if section is not None and section.is_unused:
            self.mark_unused(section.value, block.text)
            return
        for sentence in sentences(block.text):
            if is_question(sentence):
                self.mark_unused(Section.QUESTIONS.value, sentence)
            elif says_out_of_scope(sentence):
                self.mark_unused(Section.EXCLUDED.value, sentence)
            else:
                tier = _PROSE_TIERS.get(section, Tier.IN_REQUIREMENTS)
                self._add(tier, sentence, None, section, is_prose=True, is_summary=is_summary)

    def _item(self, item: Block, section: Section | None) -> None:
        text = item.text
        if item.struck and (patterns.is_only_a_remark(text) or is_exclusion_remark(text)):
            self.mark_unused(STRUCK, text_with_children(replace(item, text=f"{item.struck} {text}".strip())))
            return
        if item.struck:
            self.mark_unused(STRUCK, item.struck)
        section, inside = sections_in_item(item, section)
        if item.children and (
            self._is_group(item) or (inside is not section and not patterns.CONTINUED_BY_CHILDREN.search(item.text))
        ):
            if inside is not section and inside is Section.CRITERIA:
                self._add_item(text_with_children(item), inside)
                return
            for child in item.children:
                continues = patterns.MODAL.match(child.text) and inside is section
                self._item(replace(child, text=f"{item.text.rstrip(':')} {child.text}") if continues else child, inside)
            return
        if section is Section.CRITERIA and self.candidates and self._parent is None and section is not self._section():
            self.candidates[-1].details.append(text_with_children(item))
            return
        struck = [child for child in item.children if child.struck and patterns.is_only_a_remark(child.text)]
        for child in struck:
            self.mark_unused(STRUCK, text_with_children(replace(child, text=child.struck)))
        whole = text_with_children(
            replace(item, children=tuple(child for child in item.children if child not in struck))
        )
        if (item.linked or patterns.URL.match(whole)) and not item.children:
            self.mark_unused(Section.LINKS.value, whole)
        elif patterns.PLACEHOLDER.match(whole):
            return
        elif is_question(text) and not item.children:
            self.mark_unused(Section.QUESTIONS.value, whole)
        else:
            self._add_item(whole, section)

    def _is_group(self, item: Block) -> bool:
        """Return whether an item's children are separate requirements, and the item is the name of their group."""
        if self._parent is not None:
            return False
        words = [count_words(child.text) for child in item.children]
        head = item.text.rstrip(":")
        names = len(head.split()) <= 5 and not states_requirement(head) and not item.text.endswith(":")
        long = sum(count >= MIN_REQUIREMENT_WORDS for count in words) * 2 > len(words)
        return not item.text or (long and (names or all(states_requirement(child.text) for child in item.children)))

    def _row(self, block: Block) -> None:
        for row in parse_rows(block):
            section = row.section or self._section()
            if row.struck:
                self.mark_unused(STRUCK, row.text)
            elif section is not None and section.is_unused:
                self.mark_unused(section.value, f"{row.label}: {row.text}" if row.label else row.text)
            elif self._parent is not None and row.section is None:
                self._parent[1].details.append(row.text)
            elif section is None and not has_requirement_column(block.header) and row.label is None:
                self._add(Tier.PROSE, row.text, None, None)
            elif is_question(row.text):
                self.mark_unused(Section.QUESTIONS.value, row.text)
            else:
                self._add_unless_excluded(row.text, section, row.label)

    def _code(self, block: Block) -> None:
        lines = block.text.splitlines()
        if any(map(patterns.SCENARIO.match, lines)):
            self._scenarios(lines, self._section())
        elif block.text.strip():
            self.mark_unused(CODE, collapse_whitespace(block.text))

    def _scenarios(self, lines: list[str], section: Section | None) -> None:
        """Add each Gherkin scenario, with its steps, as one requirement."""
        current: Candidate | None = None
        for line in filter(str.strip, lines):
            if found := patterns.SCENARIO.match(line):
                current = self._add_unless_excluded(collapse_whitespace(found[1]) or "Scenario", section, None)
            elif current is not None and not line.lstrip().startswith(("#", "@")):
                current.details.append(collapse_whitespace(line))

    def _section(self) -> Section | None:
        """Return the current section. Headings inside an excluded section, or a section of risks, do not change it."""
        sections = [section for _, section, _ in self._headings if section is not None]
        unused = next((section for section in sections if section.is_unused), None)
        return unused or (sections[-1] if sections else None)

    def _add_item(self, text: str, section: Section | None) -> None:
        if self._parent is not None and (section is None or section.is_requested):
            self._parent[1].details.append(text)
        else:
            label, rest = split_label(text)
            if patterns.MODAL.match(rest) and self._headings and self._headings[-1][1] is None:
                rest = f"{self._blocks[self._headings[-1][2]].text.rstrip(':')} {rest}"  # "Admin": "can delete users"
            self._add_unless_excluded(rest, section, label)

    def _add_unless_excluded(self, text: str, section: Section | None, label: str | None) -> Candidate | None:
        remark = patterns.REMARK.search(text) or patterns.LEADING_REMARK.match(text)
        if (remark and is_exclusion(remark[1])) or says_out_of_scope(text):
            section = Section.EXCLUDED
        tier = _TIERS.get(section, Tier.IN_REQUIREMENTS)
        if tier is None:
            assert section is not None
            self.mark_unused(section.value, f"{label}: {text}" if label else text)
            return None
        return self._add(tier, text, label, section)

    def _add(
        self,
        tier: Tier,
        text: str,
        label: str | None,
        section: Section | None,
        *,
        is_prose: bool = False,
        is_summary: bool = False,
    ) -> Candidate:
        reason = PROSE if section is None or section.is_requested else section.value
        heading_index = self._headings[-1][2] if self._headings else -1
        found = Candidate(tier, text, reason, label, section is Section.QUALITY, is_prose, is_summary, heading_index)
        self.candidates.append(found)
        return found

    def mark_unused(self, reason: str, text: str) -> None:
        self.not_used.append(NotUsed(reason, text))
