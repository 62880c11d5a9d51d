"""Files that pages load: the console's own and the vendored ones. Their addresses change with their content."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

STATIC = Path(__file__).with_name("static")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@cache
def vendored() -> dict[str, Any]:
    """Return name, version, licence, source and checksum of every vendored file, by the file's name."""
    found: dict[str, Any] = json.loads((STATIC / "vendored.json").read_text(encoding="utf-8"))
    return found


@cache
def asset(name: str) -> tuple[str, str] | None:
    """Return the type and the text of a file; None if there is none of the name."""
    if name not in {file.name for file in STATIC.iterdir() if file.suffix in _TYPES}:
        return None
    file = STATIC / name
    return _TYPES[file.suffix], file.read_text(encoding="utf-8")


@cache
def asset_url(prefix: str, name: str) -> str:
    """Return the address of a file, which a browser may keep for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"{prefix}/console/static/{name}?v={digest}"
