"""Finds the cards of one person, and merges them."""

from collections.abc import Sequence

from cardmerge.cards import Card


def merge(cards: Sequence[Card]) -> list[Card]:
    """Return a card for each person, sorted. Cards come in the order in which they were read."""
    people = [_newest(group) for group in _groups(cards)]
    return sorted(people, key=lambda card: (card.name.casefold(), card.email, card.phone, card.name))


def _groups(cards: Sequence[Card]) -> list[list[Card]]:
    """Return the cards that share an email or a phone number, directly or through others."""
    parents = list(range(len(cards)))

    def root(at: int) -> int:
        while parents[at] != at:
            parents[at] = at = parents[parents[at]]
        return at

    owners: dict[tuple[str, str], int] = {}
    for at, card in enumerate(cards):
        for key in card.keys:
            parents[root(at)] = root(owners.setdefault(key, at))
    groups: dict[int, list[Card]] = {}
    for at, card in enumerate(cards):
        groups.setdefault(root(at), []).append(card)
    return list(groups.values())


def _newest(cards: list[Card]) -> Card:
    """Return the newest value of each column. Sorting is stable: the last of equally new cards is the newest."""
    from_newest = sorted(cards, key=lambda card: card.updated)[::-1]

    def value(column: str) -> str:
        return next((found for card in from_newest if (found := getattr(card, column))), "")

    return Card(value("name"), value("email"), value("phone"), value("updated"))
