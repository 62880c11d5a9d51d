"""What the document says of every route, in the order of its chapters. Tests hold it against table and functions."""

from settlement.api.contract.chapters import (
    account,
    approvals,
    changes,
    connectors,
    gateway,
    orders,
    service,
    transactions,
    updates,
    work,
)
from settlement.api.contract.described import Described

DESCRIBED: tuple[Described, ...] = tuple(
    route
    for chapter in (orders, changes, transactions, work, gateway, approvals, updates, account, connectors, service)
    for route in chapter.ROUTES
)
