"""What a connector asks to get back with later calls is kept with the payment; the newest answer counts (C§4.2)."""

from dataclasses import replace

from settlement.domain.connectors.connector import Connector
from settlement.domain.connectors.connector_calls import (
    AuthorisationOutcome,
    Authorise,
    Cancel,
    MovementOutcome,
    Refund,
    Settle,
)
from testkit.provider import FakeProvider
from testkit.shop import Shop

Metadata = tuple[tuple[str, str], ...]


class AskingProvider(FakeProvider):
    """A provider that asks for metadata in each answer, and notes what it got back."""

    def __init__(self) -> None:
        super().__init__()
        self.asks: Metadata | None = None
        self.got: list[tuple[str, Metadata]] = []

    def authorise(self, connector: Connector, request: Authorise) -> AuthorisationOutcome:
        """Ask in the answer to an authorisation."""
        outcome = super().authorise(connector, request)
        return replace(outcome, exchange=replace(outcome.exchange, metadata=self.asks))

    def settle(self, connector: Connector, request: Settle) -> MovementOutcome:
        """Ask in the answer to a capture."""
        return self._noted("settle", request, super().settle(connector, request))

    def cancel(self, connector: Connector, request: Cancel) -> MovementOutcome:
        """Ask in the answer to a cancellation."""
        return self._noted("cancel", request, super().cancel(connector, request))

    def refund(self, connector: Connector, request: Refund) -> MovementOutcome:
        """Ask in the answer to a refund."""
        return self._noted("refund", request, super().refund(connector, request))

    def _noted(self, kind: str, request: Settle | Cancel | Refund, outcome: MovementOutcome) -> MovementOutcome:
        self.got.append((kind, request.payment.metadata))
        return replace(outcome, exchange=replace(outcome.exchange, metadata=self.asks))


def asking(shop: Shop) -> AskingProvider:
    """Have the shop's provider ask."""
    provider = AskingProvider()
    shop.provider = provider
    return provider


def test_every_later_call_gets_what_was_last_asked_for(shop: Shop) -> None:
    provider = asking(shop)
    provider.asks = (("Route", "1"),)
    placed = shop.open()
    provider.asks = (("Route", "2"), ("Batch", "B"))
    placed.invoice("N1", 7000)
    provider.asks = None
    placed.change("C1", 1000)
    placed.invoice("N2", 2000)

    assert provider.got == [
        ("settle", (("Route", "1"),)),
        ("cancel", (("Route", "2"), ("Batch", "B"))),
        ("settle", (("Route", "2"), ("Batch", "B"))),
    ]
    assert placed.payments[0].connector_metadata == (("Route", "2"), ("Batch", "B"))


def test_empty_list_takes_back_what_was_asked_for(shop: Shop) -> None:
    provider = asking(shop)
    provider.asks = (("Route", "1"),)
    placed = shop.open()
    provider.asks = ()
    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)

    assert provider.got == [("settle", (("Route", "1"),)), ("settle", ())]


def test_refusal_may_ask_too(shop: Shop) -> None:
    provider = asking(shop)
    placed = shop.open()
    provider.asks = (("Reason", "R"),)
    provider.script("settle", "400")
    placed.invoice("N1", 7000)

    assert placed.payments[0].connector_metadata == (("Reason", "R"),)
    assert placed.ledger.captured == 0
