"""The Temporal worker process."""

import sys

# The sandbox imports the workflow modules again for each run. With PYTHONDONTWRITEBYTECODE set, Python would compile
# them each time, which costs more than everything else that a workflow does.
sys.dont_write_bytecode = False
