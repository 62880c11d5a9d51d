"""The files that pages load."""

from settlement.api.shared.http import Response
from settlement.console.assets import asset
from settlement.console.visit import Visit


def serve(visit: Visit, name: str) -> Response:
    """Serve a file. Its address has its checksum, so a browser need not ask again."""
    found = asset(name)
    if found is None:
        return Response(404, "text/plain; charset=utf-8", "There is no such file")
    kind, text = found
    return Response(200, kind, text, {"Cache-Control": "public, max-age=31536000, immutable"})
