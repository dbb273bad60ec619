"""Stands in for the worker where only the stack is under test: waits to be stopped, with a child that does as well."""

import signal
import subprocess
import sys

if __name__ == "__main__":
    subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.pause()
