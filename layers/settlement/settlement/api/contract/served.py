"""The OpenAPI document as ``GET /openapi.json`` serves it, made beforehand by ``make openapi``."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("openapi.json")


def served_document(event: Mapping[str, Any]) -> str:
    """Return the document as JSON text; its one server is the address that the request of ``event`` came to."""
    document = _packed() | {"servers": [{"url": address_of(event), "description": "This service"}]}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


@cache
def _packed() -> dict[str, Any]:
    """Read the document, once per process."""
    document: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return document


def address_of(event: Mapping[str, Any]) -> str:
    """Return scheme, host and what stands before the routes: the stage, or the base path of a custom domain.

    A proxy before the API, such as the local stack's, tells its own by ``X-Forwarded-Proto`` and ``-Prefix``.
    """
    context = event.get("requestContext") or {}
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    host = headers.get("host") or context.get("domainName", "")
    path, whole = event["path"], context.get("path") or event["path"]
    before = headers.get("x-forwarded-prefix", whole.removesuffix(path) if whole.endswith(path) else "")
    return f"{headers.get('x-forwarded-proto', 'https')}://{host}{before.rstrip('/')}"
