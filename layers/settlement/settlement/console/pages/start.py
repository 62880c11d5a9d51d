"""The first page after signing in."""

from settlement.api.shared.http import Response
from settlement.console.rendering import NAVIGATION
from settlement.console.site import redirect
from settlement.console.visit import Visit
from settlement.domain.errors import Forbidden


def show(visit: Visit) -> Response:
    """Lead to the first page that the reader may see."""
    for _, path, roles in NAVIGATION:
        if visit.may(*roles):
            return redirect(visit.url(path))
    raise Forbidden(f"Access denied: the app key {visit.key.app_key} has no role that sees a page of the console")
