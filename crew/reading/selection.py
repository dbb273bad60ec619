"""Selects the requirements among the parts of a brief, and names the reason why others are not used.

The requirements are the best candidates of the brief: those in sections about requirements; or else those in lists,
tables and labelled paragraphs of sections of no particular kind; or else goals; or else prose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from crew.reading.candidates import Candidate, NotUsed, Tier
from crew.reading.collection import Collection
from crew.reading.collector import CODE, CandidateCollector
from crew.reading.markdown_blocks import Block, BlockKind, parse_blocks
from crew.reading.normalization import as_markdown
from crew.reading.patterns import collapse_whitespace
from crew.reading.requirements import MAX_REQUIREMENTS, Requirement, assign_labels
from crew.reading.sentences import states_requirement

TOO_MANY = f"more than the {MAX_REQUIREMENTS} requirements that a rehearsal builds"


@dataclass(frozen=True, slots=True)
class Selection:
    requirements: tuple[Requirement, ...]
    not_used: tuple[NotUsed, ...] = ()
    title: str = ""
    summary: str = ""


def select(text: str, has_title: bool = False) -> Selection:
    """Select a text's requirements, if it has any. Takes time linear in the text."""
    blocks, removed = _parse(text)
    selection = _select(blocks, has_title)
    if not selection.requirements:
        selection = _select_inside_quotes_or_code(blocks, selection) or selection
    return replace(selection, not_used=(*selection.not_used, *removed))


def _parse(text: str) -> tuple[list[Block], list[NotUsed]]:
    """Return the blocks of a text, and what is no part of them, such as its comments."""
    markdown, removed = as_markdown(text)
    unused = [NotUsed(each.reason, collapse_whitespace(each.text)) for each in removed if each.text.strip()]
    return parse_blocks(markdown), unused


def _select_inside_quotes_or_code(blocks: list[Block], outer: Selection) -> Selection | None:
    """Select the requirements of a brief that is entirely a quotation or a code block."""
    found = _select([replace(block, quoted=False) for block in blocks])
    if not found.requirements:
        parsed = [_parse(block.text) for block in blocks if block.kind is BlockKind.CODE]
        found = _select([inner for code, _ in parsed for inner in code])
        around = [each for each in outer.not_used if each.reason != CODE]
        removed = [each for _, unused in parsed for each in unused]
        found = replace(found, not_used=(*around, *found.not_used, *removed))
    return replace(found, title=outer.title or found.title) if found.requirements else None


def _select(blocks: list[Block], has_title: bool = False) -> Selection:
    collector = CandidateCollector(blocks, has_title)
    collector.run()
    return _choose(collector)


def _choose(collector: CandidateCollector) -> Selection:
    collection = collector.collection
    candidates = [each for each in collection.candidates if not each.is_dropped]
    tiers = {each.tier for each in candidates}
    if Tier.IN_REQUIREMENTS in tiers:
        # Qualities, criteria and optional requirements alone do not say what the product does.
        is_functional = any(each.is_core for each in candidates)
        best = [
            each
            for each in candidates
            if each.tier is Tier.IN_REQUIREMENTS
            or _is_led(each)
            or (not is_functional and (each.tier is Tier.LISTED or _is_stated_in_prose(each)))
        ]
        with_lists = {each.heading_index for each in best if not each.is_prose}
        chosen = [
            each
            for each in best
            if not each.is_prose or each.heading_index not in with_lists or states_requirement(each.text)
        ]
    elif Tier.LISTED in tiers:
        chosen = [each for each in candidates if each.tier is Tier.LISTED or _is_stated_in_prose(each)]
    elif Tier.GOAL in tiers:
        listed = any(each.tier is Tier.GOAL and not each.is_prose for each in candidates)
        chosen = [
            each
            for each in candidates
            if (each.tier is Tier.GOAL and not (listed and each.is_prose)) or _is_stated_in_prose(each)
        ]
    else:
        best_tier = min(tiers, default=Tier.PROSE)
        chosen = [each for each in candidates if each.tier is best_tier]
    _mark_others_unused(collection, candidates, chosen)
    ordered = sorted(chosen, key=lambda each: each.quality)
    found = assign_labels((each.label, each.full_text, each.quality) for each in ordered)
    more = [NotUsed(TOO_MANY, each.text) for each in found[MAX_REQUIREMENTS:]]
    return Selection(found[:MAX_REQUIREMENTS], (*collection.not_used, *more), collector.title, collector.summary)


def _is_led(candidate: Candidate) -> bool:
    """Return whether an entry of a section of no particular kind says itself that it is a requirement."""
    label = candidate.label
    states = candidate.is_led or (label is not None and (label[0].isalpha() or states_requirement(candidate.text)))
    return candidate.tier is Tier.LISTED and states


def _is_stated_in_prose(candidate: Candidate) -> bool:
    return candidate.tier is Tier.PROSE and candidate.is_prose and states_requirement(candidate.text)


def _mark_others_unused(collection: Collection, candidates: list[Candidate], chosen: list[Candidate]) -> None:
    used = set(map(id, chosen))
    for each in candidates:
        is_shown = each.is_summary and not states_requirement(each.text)
        if id(each) not in used and not is_shown:
            collection.mark_unused(each.reason_if_unused, each.labelled_text)
