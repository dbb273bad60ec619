import sys

from splitbill.cli import main

sys.exit(main())
