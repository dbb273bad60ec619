import sys

from cardmerge.cli import main

sys.exit(main())
