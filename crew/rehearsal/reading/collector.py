"""Collects candidates for requirements from the blocks of a brief."""

from __future__ import annotations

from dataclasses import replace

from crew.rehearsal.reading import patterns
from crew.rehearsal.reading.candidates import Candidate, Tier
from crew.rehearsal.reading.collection import TIERS, Collection
from crew.rehearsal.reading.headings import find_title, heading_label
from crew.rehearsal.reading.items import STRUCK, collect_item, collect_rows
from crew.rehearsal.reading.markdown_blocks import DETAILS, Block, Kind, text_with_children
from crew.rehearsal.reading.open_headings import OpenHeadings
from crew.rehearsal.reading.outline import COLON, Outline, pseudo_heading, pseudo_level
from crew.rehearsal.reading.patterns import collapse_whitespace, labelled_lines
from crew.rehearsal.reading.section_headings import is_exclusion, says_out_of_scope, section_of
from crew.rehearsal.reading.sections import Section
from crew.rehearsal.reading.sentences import is_question, sentences

QUOTE, CODE, HEADING = "a quotation", "a code block", "a heading"

_PROSE_TIERS = {None: Tier.PROSE, Section.GOALS: Tier.GOAL, Section.CONTEXT: Tier.BACKGROUND}


class CandidateCollector:
    """Visits each block of a brief, keeps track of its section, and collects candidates for requirements."""

    def __init__(self, blocks: list[Block], has_title: bool = False) -> None:
        self._blocks = blocks
        self._headings = OpenHeadings()
        self.collection = Collection(blocks, self._headings)
        self._title_index, self.title = find_title(blocks, has_title)
        self._outline = Outline(blocks)
        self.summary = ""
        self._after_list = False

    def run(self) -> None:
        """Visit every block."""
        for index, block in enumerate(self._blocks):
            if block.quoted:
                if block.text.strip():
                    self.collection.mark_unused(QUOTE, text_with_children(block))
            elif index != self._title_index:
                self._visit(index, block)

    def _visit(self, index: int, block: Block) -> None:
        if block.struck and block.kind in (Kind.HEADING, Kind.PARAGRAPH):
            self.collection.mark_unused(STRUCK, block.struck)
        match block.kind:
            case Kind.HEADING:
                self._heading(index, block.level, block.text)
            case Kind.PARAGRAPH:
                self._paragraph(index, block)
            case Kind.ITEM:
                collect_item(self.collection, block, self._headings.section)
            case Kind.ROW:
                collect_rows(self.collection, block)
            case Kind.CODE:
                self._code(block)
        self._after_list = block.kind in (Kind.ITEM, Kind.ROW)

    def _heading(self, index: int, level: int, text: str) -> None:
        if text.startswith(DETAILS):
            self._details(index, text.removeprefix(DETAILS).strip())
            return
        self._headings.close(level)
        self._headings.close_requirement(level)
        label, rest = heading_label(text)
        labelled = label is not None and not label[0].isdigit()
        outer = self._headings.section
        section = None if labelled else section_of(rest if label else text, outer)
        if outer is Section.CONTEXT and rest.casefold() == "scope":
            section = None  # the scope of the document itself
        if section is Section.GOALS and outer is not None and outer.is_requested:
            section = None
        self._headings.open(level, section, index)
        requirement = self._headings.requirement
        if section is None and requirement is not None and text:
            requirement.details.append(text)
        if section is not None or requirement is not None or not text:
            return
        if outer is not None and outer.is_unused:
            self.collection.mark_unused(outer.value, text)
        elif outer is None or outer.is_requested:
            self._heading_among_requirements(index, level, text)
        elif index in self._outline.leaves and level < COLON:
            self.collection.add(TIERS[outer] or Tier.BACKGROUND, text, None, outer)

    def _details(self, index: int, summary: str) -> None:
        """Begin a <details> with this summary, or end it."""
        if summary:
            self._headings.open_details(section_of(summary), index)
        else:
            self._headings.close_details()

    def _heading_among_requirements(self, index: int, level: int, text: str) -> None:
        """Add a heading that is a requirement itself."""
        outer = self._headings.section
        label, rest = heading_label(text)
        labelled = label is not None and not label[0].isdigit()
        if (labelled and index not in self._outline.groups) or (
            level < COLON and outer is not None and self._outline.is_requirement(index)
        ):
            remark = patterns.REMARK.search(rest)
            if remark and is_exclusion(remark[1]):
                self._headings.exclude_innermost()
                self.collection.mark_unused(Section.EXCLUDED.value, text)
                return
            candidate = self.collection.add(
                Tier.IN_REQUIREMENTS if outer is not None else Tier.LISTED, rest, label, outer
            )
            self._headings.open_requirement(level, candidate)
        elif index in self._outline.leaves and level < COLON and not patterns.PLACEHOLDER.match(text):
            self.collection.add(Tier.PROSE, rest, label, None).reason_if_unused = HEADING

    def _paragraph(self, index: int, block: Block) -> None:
        parts = patterns.split_at_leads(block.lines)
        if len(parts) > 1:
            for part in parts:
                self._paragraph(index, replace(block, text=" ".join(part), lines=part, emphasised=False))
            return
        after = self._blocks[index + 1] if index + 1 < len(self._blocks) else None
        if self._after_list:
            self._headings.close(COLON)
        if (name := pseudo_heading(block, after)) and not block.quoted:
            self._heading(index, pseudo_level(block), name)
            return
        section = self._headings.section
        if section is None or section.is_requested or section is Section.GOALS:
            section = patterns.lead_section(block.text, section) or section  # "Risks: rough sea."
        lines = labelled_lines(block)
        if lines:
            for label, text in lines:
                self.collection.add_unless_excluded(text, section, label)
        elif self.collection.add_detail(block.text, section):
            return
        elif len(block.lines) > 1 and all(line.startswith(":") for line in block.lines[1:]):
            # a definition list
            self.collection.add_unless_excluded(f"{block.lines[0]}{' '.join(block.lines[1:])}", section, None)
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
            self.collection.mark_unused(section.value, block.text)
            return
        for sentence in sentences(block.text):
            if is_question(sentence):
                self.collection.mark_unused(Section.QUESTIONS.value, sentence)
            elif says_out_of_scope(sentence):
                self.collection.mark_unused(Section.EXCLUDED.value, sentence)
            else:
                tier = _PROSE_TIERS.get(section, Tier.IN_REQUIREMENTS)
                self.collection.add(tier, sentence, None, section, is_prose=True, is_summary=is_summary)

    def _code(self, block: Block) -> None:
        lines = block.text.splitlines()
        if any(map(patterns.SCENARIO.match, lines)):
            self._scenarios(lines, self._headings.section)
        elif block.text.strip():
            self.collection.mark_unused(CODE, collapse_whitespace(block.text))

    def _scenarios(self, lines: list[str], section: Section | None) -> None:
        """Add each Gherkin scenario, with its steps, as one requirement."""
        current: Candidate | None = None
        for line in filter(str.strip, lines):
            if found := patterns.SCENARIO.match(line):
                current = self.collection.add_unless_excluded(
                    collapse_whitespace(found[1]) or "Scenario", section, None
                )
            elif current is not None and not line.lstrip().startswith(("#", "@")):
                current.details.append(collapse_whitespace(line))
