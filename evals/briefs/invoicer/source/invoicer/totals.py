"""What an invoice adds up to. The bookkeeping scripts import `total_cents`."""

from invoicer.invoice import Invoice, load


def total(invoice: Invoice) -> int:
    return sum(line.amount for line in invoice.lines)


def total_cents(path: str) -> int:
    """Return what the customer has to pay, in cents."""
    return total(load(path))
