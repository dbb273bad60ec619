import sys

from toolshed.cli import main

sys.exit(main())
