"""Which parts of a brief are its requirements, and why the others are not.

The best candidates that there are make the requirements: what stands in sections about requirements; else what stands
in lists, tables and labelled paragraphs of sections about nothing in particular; else goals; else prose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from crew.rehearsal.marks import one_line
from crew.rehearsal.outline import Block, Kind, outline
from crew.rehearsal.plain_text import as_markdown
from crew.rehearsal.requirements import MOST_REQUIREMENTS, Requirement, numbered
from crew.rehearsal.sentences import asks
from crew.rehearsal.walk import Candidate, NotUsed, Tier, Walk

COMMENT = "a comment"
TOO_MANY = f"more than the {MOST_REQUIREMENTS} requirements that a rehearsal builds"


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
    not_used = [NotUsed(COMMENT, said) for said in map(one_line, comments) if said]
    chosen = _walked(blocks)
    if not chosen.requirements:
        chosen = _from_elsewhere(blocks) or chosen
    return replace(chosen, not_used=(*chosen.not_used, *not_used))


def _from_elsewhere(blocks: list[Block]) -> Selection | None:
    """The requirements of a brief that stands in a quotation or in a code block, whole."""
    for inner in (
        [replace(block, quoted=False) for block in blocks],
        [one for block in blocks if block.kind is Kind.CODE for one in outline(as_markdown(block.text)[0])],
    ):
        found = _walked(inner)
        if found.requirements:
            outer = _walked(blocks)
            return replace(found, title=outer.title or found.title)
    return None


def _walked(blocks: list[Block]) -> Selection:
    walk = Walk(blocks)
    walk.run()
    return _choose(walk)


def _choose(walk: Walk) -> Selection:
    tiers = {one.tier for one in walk.candidates}
    if Tier.ASKED in tiers:
        listing = {one.part_of for one in walk.candidates if one.tier is Tier.ASKED and not one.prose}
        chosen = _split(walk, lambda one: one.tier is Tier.ASKED and (
            not one.prose or one.part_of not in listing or asks(one.text)))  # fmt: skip
    elif any(one.tier is Tier.LISTED for one in walk.candidates):
        chosen = _split(
            walk, lambda one: one.tier is Tier.LISTED or (one.tier is Tier.SAID and one.prose and asks(one.text))
        )
    elif Tier.GOAL in tiers:
        listed = any(one.tier is Tier.GOAL and not one.prose for one in walk.candidates)
        chosen = _split(
            walk,
            lambda one: (
                (one.tier is Tier.GOAL and not (listed and one.prose))
                or (one.tier is Tier.SAID and one.prose and asks(one.text))
            ),
        )
    else:
        tier = min(tiers, default=Tier.SAID)
        chosen = _split(walk, lambda one: one.tier is tier)
    return _selection(walk, chosen)


def _split(walk: Walk, wanted: Callable[[Candidate], bool]) -> list[Candidate]:
    chosen = [one for one in walk.candidates if wanted(one)]
    used = set(map(id, chosen))
    for one in walk.candidates:
        if id(one) not in used and one.text not in walk.summary:
            walk.leave(one.why_not, f"{one.label}: {one.whole}" if one.label else one.whole)
    return chosen


def _selection(walk: Walk, chosen: Iterable[Candidate]) -> Selection:
    ordered = sorted(chosen, key=lambda one: one.quality)
    found = numbered((one.label, one.whole, one.quality) for one in ordered)
    more = [NotUsed(TOO_MANY, one.text) for one in found[MOST_REQUIREMENTS:]]
    return Selection(found[:MOST_REQUIREMENTS], (*walk.not_used, *more), walk.title, walk.summary)
