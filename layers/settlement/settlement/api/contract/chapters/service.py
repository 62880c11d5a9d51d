"""The service itself."""

from settlement.api.contract.described import Tag, describe
from settlement.api.shared.answer import Health, Unhealthy

OPENAPI = {
    "type": "object",
    "required": ["openapi", "info", "paths"],
    "properties": {"openapi": {"type": "string"}, "info": {"type": "object"}, "paths": {"type": "object"}},
}

ROUTES = (
    describe(
        "getHealth",
        Tag.SERVICE,
        "Tell whether the service can take an order",
        "Reads the table as the health account, and answers what is missing for an order to be taken.",
        {200: Health, 503: Unhealthy},
    ),
    describe(
        "getOpenApi",
        Tag.SERVICE,
        "Show this document",
        "Answers this document; `servers` names the address that the request came to.",
        {200: OPENAPI},
    ),
)
