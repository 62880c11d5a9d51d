"""The OpenAPI document as ``GET /openapi.json`` serves it, made beforehand by ``make openapi``."""

from pathlib import Path

FILE = Path(__file__).with_name("openapi.json")


def served_document() -> str:
    """Return the document as JSON text."""
    return FILE.read_text(encoding="utf-8")
