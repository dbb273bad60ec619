"""A stub of the worker that waits to be stopped, with a child process that does the same."""

import signal
import subprocess
import sys

if __name__ == "__main__":
    subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.pause()
