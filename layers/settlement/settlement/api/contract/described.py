"""What is documented of a route beside its place in the table: what it takes, and every status it can answer with."""

from enum import StrEnum
from typing import Any

from settlement.api.contract.routes import ROUTE, Route
from settlement.domain.account.account import Role
from settlement.values import dataclass

Model = type[Any]
"""A request's model, or the ``TypedDict`` of an answer."""


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


@dataclass(frozen=True, slots=True)
class Written:
    """An answer that is text, in one of several content types."""

    types: tuple[str, ...]


Content = Model | Listed | Relayed | Written | dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Described:
    """A route with what it takes and answers.

    ``answers`` are its successes by status, ``refusals`` the codes that its function refuses with by theirs.
    """

    route: Route
    tag: Tag
    summary: str
    about: str
    answers: dict[int, Content]
    refusals: dict[int, tuple[str, ...]]
    body: Model | None
    body_required: bool
    is_xml: bool
    parameters: tuple[Parameter, ...]
    answer_headers: dict[str, str]

    @property
    def name(self) -> str:
        """Its name in the table of routes."""
        return self.route.name

    @property
    def id(self) -> str:
        """Method and path."""
        return self.route.id

    @property
    def function(self) -> str:
        """The function that serves it."""
        return self.route.function

    @property
    def method(self) -> str:
        """Its method, in small letters."""
        return self.route.method

    @property
    def path(self) -> str:
        """Its path, with ids as ``{…}``."""
        return self.route.path

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles of which it needs one."""
        return self.route.roles


def describe(
    name: str,
    tag: Tag,
    summary: str,
    about: str,
    answers: dict[int, Content],
    refusals: dict[int, str] | None = None,
    *,
    body: Model | None = None,
    body_required: bool = True,
    is_xml: bool = False,
    parameters: tuple[Parameter, ...] = (),
    answer_headers: dict[str, str] | None = None,
) -> Described:
    """Return the description of a route of the table; ``refusals`` are codes with spaces between, by status.

    A body is JSON with the keys of ``body``, or a document if the route ``is_xml``.
    """
    codes = {status: tuple(text.split()) for status, text in (refusals or {}).items()}
    route, headers = ROUTE[name], answer_headers or {}
    return Described(route, tag, summary, about, answers, codes, body, body_required, is_xml, parameters, headers)
