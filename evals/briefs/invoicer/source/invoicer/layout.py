"""The invoice as text, 60 characters wide."""

from invoicer.invoice import Invoice
from invoicer.totals import total

LEFT, RIGHT = 48, 12


def money(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02}"


def row(left: str, cents: int) -> str:
    return f"{left:<{LEFT}.{LEFT}}{money(cents):>{RIGHT}}"


def render(invoice: Invoice) -> str:
    lines = [f"Invoice {invoice.number}", invoice.customer, ""]
    lines += [row(f"{line.quantity} x {line.text}", line.amount) for line in invoice.lines]
    lines += ["-" * (LEFT + RIGHT), row("Total", total(invoice))]
    return "\n".join(lines) + "\n"
