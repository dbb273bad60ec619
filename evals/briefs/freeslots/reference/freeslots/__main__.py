import sys

from freeslots.cli import main

sys.exit(main())
