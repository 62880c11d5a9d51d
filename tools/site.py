"""Builds the documents as a site into ``.local/site``; a broken link or anchor ends it with exit code 1.

The documents stay in their folders of the repository. Copies in one folder, with adapted links, are built.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PAGES = CHECKOUT / ".local" / "site-pages"

_FENCE = re.compile(r"(?ms)^(```.*?^```$)")
_LINK = re.compile(r"(\]\()([^)\s:#]+)([)#])")


def main() -> int:
    """Copy the pages and build them; return the exit code."""
    lay_out(PAGES)
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    code = subprocess.call(command, cwd=CHECKOUT, env=environment)
    if not code:
        print(CHECKOUT / ".local" / "site" / "index.html")
    return code


def sources() -> dict[Path, str]:
    """Return every document and file of the site, with its name in the site."""
    docs = [path for path in sorted((CHECKOUT / "docs").iterdir()) if path.is_file()]
    top = [path for path in sorted(CHECKOUT.glob("*.md")) if path.name != "README.md"]
    return {
        CHECKOUT / "README.md": "index.md",
        CHECKOUT / "events" / "README.md": "events-of-functions.md",
        CHECKOUT / "bench" / "peers.md": "peers.md",
        **{path: f"{path.parent.name}.md" for path in sorted((CHECKOUT / "examples").glob("*/README.md"))},
        **{path: path.name for path in sorted((CHECKOUT / "examples").glob("*/connector.*"))},
        CHECKOUT / "LICENSE": "LICENSE.txt",
        CHECKOUT / "layers" / "settlement" / "settlement" / "api" / "contract" / "openapi.json": "openapi.json",
        **{path: path.name for path in [*docs, *top]},
        **{path: f"images/{path.name}" for path in sorted((CHECKOUT / "docs" / "images").glob("*.png"))},
    }


def lay_out(folder: Path) -> None:
    """Fill the folder with the pages and nothing else; raises ``LookupError`` for a link to a file outside the site."""
    names = sources()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for source, name in names.items():
        (folder / name).parent.mkdir(exist_ok=True)
        if source.suffix == ".md":
            (folder / name).write_text(linked(source.read_text(encoding="utf-8"), source, names), encoding="utf-8")
        else:
            shutil.copyfile(source, folder / name)


def linked(text: str, source: Path, names: dict[Path, str]) -> str:
    """Return a document with its links between files turned into links between pages; examples stay unchanged."""

    def page(found: re.Match[str]) -> str:
        target = (source.parent / found[2]).resolve()
        if target not in names:
            raise LookupError(f"{source.relative_to(CHECKOUT)} links to {found[2]}, which the site does not have")
        return f"{found[1]}{names[target]}{found[3]}"

    parts = _FENCE.split(text)
    return "".join(part if part.startswith("```") else _LINK.sub(page, part) for part in parts)


def slug(text: str, separator: str) -> str:
    """Return the anchor of a heading, by the rules of a forge."""
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", separator)


if __name__ == "__main__":
    sys.exit(main())
