"""The OpenAPI document as ``GET /openapi.json`` serves it, made beforehand by ``make openapi``."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("openapi.json")


def served_document(address: str) -> str:
    """Return the document as JSON text; its one server is the address that the request for it came to."""
    document = _packed() | {"servers": [{"url": address, "description": "This service"}]}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


@cache
def _packed() -> dict[str, Any]:
    """Read the document, once per process."""
    document: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return document
