"""Collects candidates for requirements from the blocks of a brief."""

from __future__ import annotations

from crew.reading import patterns
from crew.reading.candidates import Tier
from crew.reading.collection import TIERS, Collection
from crew.reading.conversations import is_closing, is_greeting
from crew.reading.exclusions import (
    PLACEHOLDER,
    exclusion_reason,
    heading_section,
    is_completed_below,
    is_struck_whole,
    labelled_reason,
    lead_section,
    states_exclusion,
)
from crew.reading.headings import find_title, heading_label
from crew.reading.items import STRUCK, collect_item, collect_rows, opens_section
from crew.reading.markdown_blocks import DETAILS, Block, BlockKind, text_with_children
from crew.reading.open_headings import DETAILS_LEVEL, OpenHeadings
from crew.reading.outline import COLON, WITHIN_LIST, Outline, lead_in, pseudo_level
from crew.reading.patterns import collapse_whitespace, labelled_lines
from crew.reading.refusals import is_refused_by_no
from crew.reading.scenarios import are_steps, collect_scenarios, has_scenarios
from crew.reading.scope_statements import split_clauses
from crew.reading.scope_words import SCOPE
from crew.reading.section_titles import is_bare_title
from crew.reading.sections import Section
from crew.reading.sentences import sentences_of_lines
from crew.reading.tables import is_metadata

QUOTE, CODE, HEADING, GREETING = "a quotation", "a code block", "a heading", "a greeting"

_MAX_NAME = 3
"""Words of a name below the end of a mail."""
_PROSE_TIERS = {None: Tier.PROSE, Section.GOALS: Tier.GOAL, Section.CONTEXT: Tier.BACKGROUND}


class CandidateCollector:
    """Visits each block of a brief, keeps track of its section, and collects candidates for requirements."""

    def __init__(self, blocks: list[Block], has_title: bool = False) -> None:
        self._blocks = blocks
        self._headings = OpenHeadings()
        self.collection = Collection(self._headings)
        self._title_index, self.title = find_title(blocks, has_title)
        self._outline = Outline(blocks)
        self.summary = ""
        self._after_list = False
        self._group: tuple[int, ...] = ()

    def run(self) -> None:
        """Visit every block."""
        for index, block in enumerate(self._blocks):
            if block.quoted:
                if block.text.strip():
                    self.collection.mark_unused(QUOTE, text_with_children(block))
            elif index != self._title_index:
                self._visit(index, block)
        self.collection.list_columns()

    def _visit(self, index: int, block: Block) -> None:
        if block.struck and block.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH):
            left = block.text if block.kind is BlockKind.HEADING and is_struck_whole(block.text, block.struck) else ""
            self.collection.mark_unused(STRUCK, " ".join(filter(None, (block.struck, left))))
        if block.group != self._group:
            self._headings.close(WITHIN_LIST)
        self._group = block.group
        match block.kind:
            case BlockKind.HEADING if block.struck and is_struck_whole(block.text, block.struck):
                self._headings.close(block.level)
                self._headings.close_requirement(block.level)
                self._headings.open(block.level, Section.EXCLUDED, index, block.text)
            case BlockKind.HEADING:
                self._heading(index, block.level, block.text)
            case BlockKind.PARAGRAPH:
                self._paragraph(index, block)
            case BlockKind.ITEM | BlockKind.ROW if opens_section(self.collection, block, index):
                pass
            case BlockKind.ITEM:
                collect_item(self.collection, block, self._headings.section)
            case BlockKind.ROW:
                collect_rows(self.collection, block)
            case BlockKind.CODE:
                self._code(block)
        self._after_list = block.kind in (BlockKind.ITEM, BlockKind.ROW)

    def _heading(self, index: int, level: int, text: str) -> None:
        self.collection.end_card()
        if text.startswith(DETAILS):
            text = text.removeprefix(DETAILS).strip()
            if not text:
                self._headings.close_details()
                return
            level = DETAILS_LEVEL
            self._headings.close_requirement(level)
        else:
            self._headings.close(level)
            self._headings.close_requirement(level)
        label, rest = heading_label(text)
        labelled = label is not None and not label[0].isdigit()
        outer = self._headings.section
        section = None if labelled else heading_section(rest if label else text, outer)
        if outer is Section.CONTEXT and rest.casefold() in SCOPE:
            section = None  # the scope of the document itself
        if section is Section.GOALS and outer is not None and outer.is_requested:
            section = None
        self._headings.open(level, section, index, text)
        if section is not None and not section.is_unused:
            return
        if outer is not None and outer.is_unused:
            self.collection.mark_unused(outer.value, text)
        elif section is not None:
            is_gone = label is not None and patterns.is_only_a_remark(rest)  # "1.2 (removed)"
            if is_gone or not is_bare_title(text):
                self.collection.mark_unused(section.value, text)
        elif text and not self.collection.add_detail(text, None):
            self._heading_of_its_own(index, level, text)

    def _heading_of_its_own(self, index: int, level: int, text: str) -> None:
        """Add a heading that names no section, if it is a requirement itself, or states one with what is below it."""
        outer = self._headings.section
        label, rest = heading_label(text)
        labelled = label is not None and not label[0].isdigit()
        is_stated = is_completed_below(rest)
        may_be_one = outer is None or outer.is_requested
        is_one = may_be_one and (
            (labelled and index not in self._outline.groups)
            or (label is not None and is_stated)
            or (level < COLON and (outer is not None or is_stated) and self._outline.is_requirement(index))
        )
        is_leaf = index in self._outline.leaves and level < COLON
        if not (is_one or is_stated or is_leaf or (labelled and not may_be_one)):
            return  # the name of a group
        if reason := exclusion_reason(rest, outer) or (labelled_reason(rest) if label else None):
            self.collection.mark_unused(reason, text)
            if reason != PLACEHOLDER:
                self._headings.rule_out(Section(reason))
        elif is_one:
            self._headings.open_requirement(level, self.collection.add_kept(rest, outer, label))
        elif is_stated:
            stated = self.collection.add_kept(rest + ":" * (level == COLON), outer, label)
            self._headings.lead(stated if len(rest) <= patterns.MAX_LEAD else None)
        else:
            tier = Tier.PROSE if may_be_one else TIERS[outer] or Tier.BACKGROUND
            found = self.collection.add(tier, rest, label, None if may_be_one else outer)
            found.reason_if_unused = HEADING if may_be_one else found.reason_if_unused

    def _paragraph(self, index: int, block: Block) -> None:
        after = self._blocks[index + 1] if index + 1 < len(self._blocks) else None
        if self._after_list:
            self._headings.close(COLON)
        if not block.lines:
            return
        if has_scenarios(block.lines):
            collect_scenarios(self.collection, block.lines, self._headings.section)
            return
        if are_steps(block.lines):
            self.collection.add_entry("; ".join(block.lines), self._headings.section, None)
            return
        *parts, last = patterns.split_at_leads(block.lines)
        for part in parts:
            self._part(index, _paragraph_of(part), None)
        self._part(index, _paragraph_of(last) if parts else block, after)

    def _part(self, index: int, block: Block, after: Block | None) -> None:
        if patterns.is_title(block.lines, 0):
            self._heading(index, pseudo_level(block), block.lines[0])
            block = _paragraph_of(block.lines[1:])
        before, name = lead_in(block, after)
        if before:
            self._text(_paragraph_of(before) if name else block)
        if name:
            self._heading(index, pseudo_level(block), name)

    def _text(self, block: Block) -> None:
        section = self._headings.section
        if section is None or section.is_requested or section is Section.GOALS:
            section = lead_section(block.text, section) or section  # "Risks: rough sea."
        lines = labelled_lines(block)
        if lines:
            for label, text in lines:
                self.collection.add_entry(text, section, label)
        elif self.collection.add_detail(block.text, section, block.lines):
            return
        else:
            self._prose(block, section)

    def _prose(self, block: Block, section: Section | None) -> None:
        may_introduce = section is None or section in (Section.CONTEXT, Section.GOALS)
        introduces = not block.linked and not is_greeting(block.text)
        is_summary = not self.summary and may_introduce and introduces
        if is_summary:
            self.summary = block.text
        if any(map(states_exclusion, block.lines)):
            self.collection.mark_unused(Section.EXCLUDED.value, block.text)
            self.collection.rule_out_card()
            return
        if patterns.CARD.match(block.text):
            self.collection.begin_card()
        if section is not None and section.is_unused:
            self.collection.mark_unused(section.value, block.text)
            return
        is_signed = False
        for sentence in sentences_of_lines(block.lines):
            if reason := exclusion_reason(sentence, section):
                self.collection.mark_unused(reason, sentence)
            elif is_refused_by_no(sentence):
                self.collection.mark_unused(Section.EXCLUDED.value, sentence)
            elif is_greeting(sentence) or (is_signed and len(sentence.split()) <= _MAX_NAME):
                is_signed = is_signed or is_closing(sentence)
                self.collection.mark_unused(GREETING, sentence)
            elif section is None and is_metadata(sentence):
                self.collection.add(Tier.BACKGROUND, sentence, None, Section.CONTEXT, is_summary=is_summary)
            else:
                tier = _PROSE_TIERS.get(section, Tier.IN_REQUIREMENTS)
                kept, ruled_out = split_clauses(sentence)
                self.collection.add(tier, kept, None, section, is_prose=True, is_summary=is_summary)
                for clause in ruled_out:
                    self.collection.mark_unused(Section.EXCLUDED.value, clause)

    def _code(self, block: Block) -> None:
        self._headings.lead(None)
        lines = block.text.splitlines()
        if has_scenarios(lines):
            collect_scenarios(self.collection, lines, self._headings.section)
        elif block.text.strip():
            self.collection.mark_unused(CODE, collapse_whitespace(block.text))


def _paragraph_of(lines: tuple[str, ...]) -> Block:
    return Block(BlockKind.PARAGRAPH, " ".join(lines), lines=lines)
