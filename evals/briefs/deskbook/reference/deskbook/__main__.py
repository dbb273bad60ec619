import sys

from deskbook.cli import main

sys.exit(main())
