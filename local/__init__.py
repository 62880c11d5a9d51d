"""The local stack: the project's template on an embedded AWS emulator, behind one plain HTTP address."""

import sys
from pathlib import Path

# The seed and the demo import the package that is deployed as a layer.
sys.path.append(str(Path(__file__).resolve().parent.parent / "layers" / "settlement"))
