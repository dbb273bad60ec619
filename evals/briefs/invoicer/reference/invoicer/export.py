"""Invoices as CSV."""

import csv
import io
from collections.abc import Iterable

from invoicer.invoice import Invoice
from invoicer.layout import money
from invoicer.totals import totals

HEADER = ["number", "customer", "net", "discount", "vat", "total"]


def export(invoices: Iterable[Invoice]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for invoice in invoices:
        sums = totals(invoice)
        amounts = [sums.net, -sums.discount, sums.vat, sums.total]
        writer.writerow([invoice.number, invoice.customer, *(money(each).replace(",", "") for each in amounts)])
    return text.getvalue()
