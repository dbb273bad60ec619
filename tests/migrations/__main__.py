"""`python -m tests.migrations`: check the migrations against the models, up and down."""

import asyncio
import sys

from tests.migrations import MigrationError, check_on_embedded

try:
    asyncio.run(check_on_embedded())
except MigrationError as error:
    sys.exit(f"migrations: {error}")
sys.stdout.write("migrations: up, equal to the models, down, and up again\n")
