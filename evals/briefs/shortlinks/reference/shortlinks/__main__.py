import sys

from shortlinks.cli import main

sys.exit(main())
