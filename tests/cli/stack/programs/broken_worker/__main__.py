"""A worker that cannot start."""

import sys

if __name__ == "__main__":
    sys.exit("the reason, at the end of the log")
