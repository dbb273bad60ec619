import sys

from loghits.cli import main

sys.exit(main())
