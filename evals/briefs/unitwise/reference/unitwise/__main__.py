import sys

from unitwise.cli import main

sys.exit(main())
