import sys

from exprcalc.cli import main

sys.exit(main())
