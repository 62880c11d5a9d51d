"""The example of each route: a request that the functions were sent, and what they answered.

Recorded, and played again, by the tests; nobody writes one by hand.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("examples.json")


@cache
def recorded() -> dict[str, Any]:
    """Return the examples by the names of their routes: ``request``, ``status`` and ``answer``."""
    examples: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return examples


def request_of(name: str, part: str) -> Any:
    """Return a part of a route's request: ``path``, ``query`` and ``headers`` by name, or the ``body``; {} for none."""
    return recorded().get(name, {}).get("request", {}).get(part, {})
