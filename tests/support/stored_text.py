"""What the table keeps, as text to look for secrets in."""

import json
import zlib
from collections.abc import Mapping
from typing import Any


def stored_text(item: Mapping[str, Any]) -> str:
    """Return an item of the table with the log of its event unpacked."""
    return json.dumps(item, default=lambda packed: zlib.decompress(packed).decode())
