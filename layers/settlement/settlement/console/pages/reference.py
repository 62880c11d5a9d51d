"""The reference of the API, in a viewer that is served from here."""

from settlement.api.shared.http import Response
from settlement.console.rendering import page
from settlement.console.visit import Visit


def show(visit: Visit) -> Response:
    """Show the API's document as the service serves it."""
    return page(visit, "reference", document=f"{visit.prefix}/openapi.json")
