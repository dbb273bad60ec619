"""`python -m invoicer show FILE` prints the invoice in a JSON file, `export FILE...` prints several as CSV."""

import sys

from invoicer.export import export
from invoicer.invoice import WrongInvoiceError, load
from invoicer.layout import render

USAGE = "usage: python -m invoicer show FILE, or python -m invoicer export FILE..."


def main() -> int:
    try:
        match sys.argv[1:]:
            case ["show", path]:
                text = render(load(path))
            case ["export", _, *_]:
                text = export([load(path) for path in sys.argv[2:]])
            case _:
                print(USAGE, file=sys.stderr)
                return 2
    except WrongInvoiceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(text, end="")
    return 0


sys.exit(main())
