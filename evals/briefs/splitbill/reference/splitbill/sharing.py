"""Shares, balances and payments, in cents."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from splitbill.entries import Entry, Ledger


def shares(cents: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Divide an amount by weights. Cents that are left go to the largest losses, then by name."""
    total = sum(weights.values())
    result = {name: cents * weight // total for name, weight in weights.items()}
    by_loss = sorted(weights, key=lambda name: (-(cents * weights[name] % total), name))
    for name in by_loss[: cents - sum(result.values())]:
        result[name] += 1
    return result


@dataclass(frozen=True)
class Sums:
    """What everybody paid, and their shares."""

    paid: Counter[str]
    owed: Counter[str]

    def balance(self, name: str) -> int:
        return self.paid[name] - self.owed[name]


def sum_up(ledger: Ledger, entries: Iterable[Entry] | None = None) -> Sums:
    """Sum up some entries of a ledger, or all of them."""
    sums = Sums(Counter(), Counter())
    for entry in ledger.entries if entries is None else entries:
        weights = dict.fromkeys(ledger.people, 1) if entry.weights is None else entry.weights
        sums.paid[entry.payer] += entry.cents
        sums.owed.update(shares(entry.cents, weights))
    return sums


def settle(people: Sequence[str], sums: Sums) -> Iterator[tuple[str, str, int]]:
    """Yield payments (who, to whom, cents) that bring all balances to zero. `people` is sorted by name."""
    balances = {name: sums.balance(name) for name in people}
    while any(balances.values()):
        debtor, creditor = min(people, key=balances.__getitem__), max(people, key=balances.__getitem__)
        cents = min(-balances[debtor], balances[creditor])
        yield debtor, creditor, cents
        balances[debtor] += cents
        balances[creditor] -= cents
