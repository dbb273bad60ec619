"""The invoice as text, 60 characters wide."""

from invoicer.invoice import Invoice
from invoicer.totals import totals

LEFT, RIGHT = 48, 12
RULE = "-" * (LEFT + RIGHT)


def money(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02}"


def row(left: str, cents: int) -> str:
    return f"{left:<{LEFT}.{LEFT}}{money(cents):>{RIGHT}}"


def render(invoice: Invoice) -> str:
    lines = [f"Invoice {invoice.number}", invoice.customer, ""]
    lines += [row(f"{line.quantity} x {line.text}", line.amount) for line in invoice.lines]
    lines += [RULE, *_steps(invoice), row("Total", totals(invoice).total)]
    return "\n".join(lines) + "\n"


def _steps(invoice: Invoice) -> list[str]:
    """Return the rows between the lines and the total, if there is a discount or tax."""
    if not (invoice.taxed or invoice.discount):
        return []
    sums = totals(invoice)
    rows = [row("Net", sums.net)]
    if invoice.discount:
        rows.append(row(f"Discount {invoice.discount}%", -sums.discount))
    if invoice.taxed:
        rows += [row(f"VAT {each.rate}% on {money(each.taxable)}", each.vat) for each in sums.rates]
    return [*rows, RULE]
