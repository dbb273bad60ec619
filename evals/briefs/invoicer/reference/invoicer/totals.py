"""What an invoice adds up to. The bookkeeping scripts import `total_cents`."""

from dataclasses import dataclass

from invoicer.invoice import Invoice, load
from invoicer.rounding import percent_of


@dataclass(frozen=True)
class RateTotal:
    """The lines of one rate, in cents. Without tax, all lines have the rate 0."""

    rate: int
    net: int
    discount: int

    @property
    def taxable(self) -> int:
        return self.net - self.discount

    @property
    def vat(self) -> int:
        return percent_of(self.rate, self.taxable)


@dataclass(frozen=True)
class Totals:
    rates: list[RateTotal]
    """Ascending."""

    @property
    def net(self) -> int:
        return sum(each.net for each in self.rates)

    @property
    def discount(self) -> int:
        return sum(each.discount for each in self.rates)

    @property
    def vat(self) -> int:
        return sum(each.vat for each in self.rates)

    @property
    def total(self) -> int:
        return self.net - self.discount + self.vat


def totals(invoice: Invoice) -> Totals:
    nets: dict[int, int] = {}
    for line in invoice.lines:
        rate = line.vat or 0
        nets[rate] = nets.get(rate, 0) + line.amount
    return Totals([RateTotal(rate, net, percent_of(invoice.discount, net)) for rate, net in sorted(nets.items())])


def total(invoice: Invoice) -> int:
    return totals(invoice).total


def total_cents(path: str) -> int:
    """Return what the customer has to pay, in cents.

    Raises:
        ValueError: the file is not an invoice.
    """
    return total(load(path))
