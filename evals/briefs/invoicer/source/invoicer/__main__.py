"""`python -m invoicer show FILE` prints the invoice in a JSON file."""

import sys

from invoicer.invoice import load
from invoicer.layout import render


def main() -> int:
    if len(sys.argv) != 3 or sys.argv[1] != "show":
        print("usage: python -m invoicer show FILE", file=sys.stderr)
        return 2
    print(render(load(sys.argv[2])), end="")
    return 0


sys.exit(main())
