"""The Temporal worker process."""

import sys

# The sandbox imports the workflow modules anew for each run. Where the environment asks for no bytecode on disk
# (PYTHONDONTWRITEBYTECODE) it would compile them each time, which costs more than all else a workflow does.
sys.dont_write_bytecode = False
