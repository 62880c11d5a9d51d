"""``python -m operations``: the same as ``quita``."""

import sys

from operations.command_line import main

sys.exit(main())
