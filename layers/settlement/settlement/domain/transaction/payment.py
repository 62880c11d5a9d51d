"""A payment of a transaction: its creation data, its connector's answers, and its ledger.

Amounts are minor units.
"""

from collections.abc import Iterable
from dataclasses import field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from settlement.domain.connectors.capabilities import IN_PARTS, Capabilities
from settlement.domain.connectors.connector import Recipient, VaultedCard
from settlement.domain.connectors.exchange import Exchange
from settlement.domain.connectors.payment_answer import PERSONAL_PARTS, PaymentAnswer, PaymentApp
from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.finding import Term, terms_of_answers
from settlement.domain.planning.drafting import Position
from settlement.values import dataclass

MAX_PAYMENTS = 10

UNDECIDED_FOR = timedelta(hours=1)
"""How long an authorisation may be undecided before somebody should look."""


class Authorisation(StrEnum):
    """The states of an authorisation."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment: its creation data, its connector's answers, and its ledger.

    ``signature`` authenticates its connector's callbacks (C§4.2). ``installment_value`` is as it was told, and not used
    where it does not fit; ``custom_code`` is the merchant's of the payment method. ``auto_settle_at`` is when its open
    value is settled without an invoice. ``cancel_at`` is the deadline of an undecided authorisation, and the lapse of
    an approved one; ``expiry_watch_at`` is when the account is warned of it. ``next_call_at`` is the earliest time of
    the next call. ``paid_at`` is the time of the merchant's notice that it has the money; with ``offline``, the payment
    rests on the notice alone, and its connector is not called. ``connector_metadata`` is what the connector last asked
    to get back, by name. Settlements up to ``refunded_through`` are refunded whole. ``acquirer`` and what follows it
    are as the newest answer that named them told. ``last_settlement`` and ``last_refund`` are the keys of the calls
    that were answered last, ``refunded_at`` is the time of the newest refund. ``undecided_at``, ``blocked_at`` and
    ``expiring_since`` are when it became so, ``undecided_since`` is since when somebody should look at it. Once the
    shopper is ``erased``, no answer brings personal parts back.
    """

    payment_id: str
    sequence: int
    connector: str
    is_ppp: bool
    payment_system: str
    payment_system_name: str
    group: str
    assigned: int
    installments: int
    signature: str
    capabilities: Capabilities = IN_PARTS
    authorisation: Authorisation = Authorisation.PENDING
    card: VaultedCard | None = None
    reference_value: int | None = None
    interest_rate: str | None = None
    installment_value: int | None = None
    custom_code: str | None = None
    return_url: str | None = None
    recipients: tuple[Recipient, ...] | None = None
    authorization_id: str | None = None
    tid: str | None = None
    nsu: str | None = None
    return_code: str | None = None
    return_message: str | None = None
    payment_url: str | None = None
    max_value: int | None = None
    blocked: bool = False
    authorised_at: datetime | None = None
    auto_settle_at: datetime | None = None
    cancel_at: datetime | None = None
    expiry_watch_at: datetime | None = None
    paid_at: datetime | None = None
    offline: bool = False
    refunded_through: str | None = None
    next_call_at: datetime | None = None
    connector_metadata: tuple[tuple[str, str], ...] | None = None
    acquirer: str | None = None
    redirect_url: str | None = None
    payment_app: PaymentApp | None = None
    identification_number: str | None = None
    identification_number_formatted: str | None = None
    bar_code_image_type: str | None = None
    bar_code_image_number: str | None = None
    bank_issue_invoice_id: str | None = None
    delay_to_auto_settle_seconds: int | None = None
    delay_after_antifraud_seconds: int | None = None
    last_settlement: str | None = None
    last_refund: str | None = None
    refunded_at: datetime | None = None
    undecided_at: datetime | None = None
    undecided_since: datetime | None = None
    blocked_at: datetime | None = None
    expiring_since: datetime | None = None
    erased: bool = False
    counters: Counters = field(default_factory=Counters)

    def after(self, exchange: Exchange) -> "Payment":
        """Return the payment with what an answer tells of it; what the answer does not name stays as it was."""
        told = _named(exchange.answered, without=PERSONAL_PARTS if self.erased else frozenset())
        if exchange.metadata is not None and exchange.metadata != (self.connector_metadata or ()):
            told["connector_metadata"] = exchange.metadata
        return replace(self, **told) if told else self

    def without_person(self) -> "Payment":
        """Return the payment without holder, return address, and the personal parts of answers."""
        card = self.card and replace(self.card, holder=None)
        return replace(
            self, card=card, erased=True, return_url=None, payment_url=None, redirect_url=None, payment_app=None
        )

    @property
    def is_personal(self) -> bool:
        """True if it holds something about the shopper."""
        holder = self.card.holder if self.card is not None else None
        return holder is not None or any(getattr(self, part) is not None for part in (*PERSONAL_PARTS, "return_url"))

    @property
    def shopper_url(self) -> str | None:
        """Where the shopper pays, if the connector said any place."""
        return self.payment_url or self.redirect_url

    @property
    def due_at(self) -> datetime | None:
        """When the sweep handles its timer; None if no timer runs."""
        timers = (self.auto_settle_at, self.expiry_watch_at, self.undecided_watch_at)
        return min((at for at in timers if at is not None), default=None)

    @property
    def undecided_watch_at(self) -> datetime | None:
        """When an undecided authorisation becomes work for a person; None if it is, or is decided."""
        if self.authorisation is not Authorisation.PENDING or self.undecided_since is not None:
            return None
        return None if self.undecided_at is None else self.undecided_at + UNDECIDED_FOR

    @property
    def lapses_at(self) -> datetime | None:
        """When its open value is lost by itself, or its undecided authorisation given up; None if nothing can be."""
        is_open = self.authorisation is Authorisation.PENDING or (
            self.authorisation is Authorisation.APPROVED and self.counters.available > 0
        )
        return self.cancel_at if is_open else None

    @property
    def position(self) -> Position:
        """The payment's position for planning."""
        return Position(
            self.payment_id,
            self.sequence,
            self.assigned,
            self.group,
            self.counters,
            self.max_value,
            self.capabilities,
        )


def new_terms(changes: Iterable[tuple[Payment, Payment]]) -> list[Term]:
    """Return the terms by which the order of payments, given before and after a change, is found from now on."""
    terms = (
        term
        for before, after in changes
        for term in terms_of_answers(after.tid, after.nsu)
        if term not in terms_of_answers(before.tid, before.nsu)
    )
    return list(dict.fromkeys(terms))


def _named(answer: PaymentAnswer | None, without: frozenset[str]) -> dict[str, Any]:
    """Return the parts that an answer names, by the names of the payment's fields."""
    if answer is None:
        return {}
    told = ((part.name, getattr(answer, part.name)) for part in fields(answer) if part.name not in without)
    return {name: value for name, value in told if value is not None}
