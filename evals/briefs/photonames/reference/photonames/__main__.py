import sys

from photonames.cli import main

sys.exit(main())
