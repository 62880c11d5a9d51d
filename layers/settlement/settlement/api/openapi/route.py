"""What is documented of a route: who may call it, with what, and every status it can answer with."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from settlement.domain.account.account import Role

Model = type[BaseModel]


class Tag(StrEnum):
    """The chapters of the document."""

    ORDERS = "Orders"
    INVOICES = "Invoices"
    CHANGES = "Changes"
    TRANSACTIONS = "Transactions"
    GATEWAY = "Gateway operations"
    FEED = "Order updates"
    ACCOUNT = "Account"
    CONNECTORS = "Connectors"
    SERVICE = "Service"


CHAPTERS = {
    Tag.ORDERS: "Placing orders, finding and showing them, cancelling them",
    Tag.INVOICES: "Invoices, which move money, and the parcels of what they sell",
    Tag.CHANGES: "Changes of orders: registered at once, or carried out after the answer",
    Tag.TRANSACTIONS: "What an order's transaction and payments hold, asked for and did",
    Tag.GATEWAY: "A checkout's transactions, direct requests, and the ways on for operators",
    Tag.FEED: "Status changes of orders, by feed and by hook",
    Tag.ACCOUNT: "Settings of the account",
    Tag.CONNECTORS: "Payment connectors, and what they call",
    Tag.SERVICE: "The service itself",
}
"""What each chapter is about."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter or header."""

    name: str
    about: str
    schema: dict[str, Any]
    where: str = "query"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """An answer that is a list of a model."""

    of: Model


@dataclass(frozen=True, slots=True)
class Relayed:
    """An answer of somebody else's, in whatever content type."""


Content = Model | Listed | Relayed | dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Route:
    """One route. ``answers`` are its successes, ``refusals`` the statuses its function refuses with.

    ``roles`` are those of which an app key needs one, by what it sends; none for a route that needs no key.
    """

    method: str
    path: str
    function: str
    name: str
    summary: str
    tag: Tag
    answers: dict[int, Content]
    refusals: tuple[int, ...] = ()
    roles: tuple[Role, ...] = ()
    body: Model | None = None
    body_required: bool = True
    parameters: tuple[Parameter, ...] = ()
    answer_headers: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"
