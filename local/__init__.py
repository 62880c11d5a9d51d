"""The local stack: the project's own template on an embedded AWS, behind one plain address."""

import sys
from pathlib import Path

# The seed and the demo speak the words of the package that is deployed as a layer.
sys.path.append(str(Path(__file__).resolve().parent.parent / "layers" / "settlement"))
