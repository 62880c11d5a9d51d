"""A strict payment provider in memory, behind the ``ConnectorClient`` port.

It keeps books of its own, answers a repeated request verbatim, and raises ``ProtocolViolation`` for what no gateway
may ever ask: capturing or refunding too much, or another value under a used request id.
"""

from collections import defaultdict, deque
from collections.abc import Callable
from copy import copy, deepcopy
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Literal

from settlement.domain.connectors.connector import Connector
from settlement.domain.connectors.connector_calls import (
    Approved,
    AuthorisationOutcome,
    Authorise,
    Cancel,
    Denied,
    Done,
    Inbound,
    InboundOutcome,
    Manual,
    MovementOutcome,
    PaymentReference,
    Refund,
    Refused,
    Relayed,
    Settle,
    Undecided,
    Unknown,
)
from settlement.domain.connectors.exchange import Exchange
from settlement.domain.connectors.payment_answer import PaymentAnswer

Kind = Literal["authorise", "settle", "cancel", "refund"]


class ProtocolViolation(AssertionError):
    """The gateway asked for something that would lose or invent money."""


@dataclass(frozen=True, slots=True)
class Partial:
    """Answer with a smaller value; a cancellation is done whole, as its answer has no value."""

    value: int


Step = Literal["ok", "500", "drop", "501", "400", "denied", "undefined"] | Partial
"""How the next call goes: as asked, nothing done and no word of it (500), done and no word of it (drop), by hand
(501), refused (400), in part, or, for an authorisation, denied or not yet decided."""


@dataclass(slots=True)
class Books:
    """What the provider holds of one payment."""

    authorised: int
    limit: int
    state: Literal["approved", "denied", "undefined", "voided"] = "undefined"
    captured: int = 0
    cancelled: int = 0
    refunded: int = 0
    settlements: dict[str, int] = field(default_factory=dict)
    """What is left to refund, by settle id."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it arrived, and how it was answered: ``done``, ``unknown``, ``refused`` and so on.

    ``shares`` are the values of the payment's recipients, by id.
    """

    kind: Kind
    payment_id: str
    request_id: str
    value: int
    settle_id: str | None
    answer: str
    shares: tuple[tuple[str, int], ...] = ()


Movement = Settle | Cancel | Refund


class FakeProvider:
    """A payment provider with scripted outcomes and a record of its calls."""

    def __init__(self) -> None:
        self.books: dict[str, Books] = {}
        self.calls: list[Call] = []
        self.authorisations: list[Authorise] = []
        self.delay_to_auto_settle_seconds: int | None = None
        self.delay_to_cancel_seconds: int | None = None
        self.headroom: int | None = None
        self.tells: PaymentAnswer | None = None
        self._steps: dict[Kind, deque[Step]] = defaultdict(deque)
        self._usual: dict[Kind, Step] = {}
        self._answers: dict[str, tuple[Movement, MovementOutcome]] = {}
        self._lock = Lock()
        self._delays: list[Callable[[], object]] = []

    def copy(self) -> "FakeProvider":
        """Return a provider with the same books, answers and script, which goes on by itself."""
        assert not self._delays, "an answer is under way"
        twin = copy(self)
        twin.books = deepcopy(self.books)
        twin.calls, twin.authorisations, twin._delays = list(self.calls), list(self.authorisations), []
        twin._steps = defaultdict(deque, {kind: deque(steps) for kind, steps in self._steps.items()})
        twin._usual, twin._answers, twin._lock = dict(self._usual), dict(self._answers), Lock()
        return twin

    def delay(self, meanwhile: Callable[[], object]) -> None:
        """Have the answer of the next call arrive only after something else has happened."""
        self._delays.append(meanwhile)

    def script(self, kind: Kind, *steps: Step) -> None:
        """Say how the next calls of a kind go."""
        self._steps[kind] += steps

    def usually(self, kind: Kind, step: Step) -> None:
        """Say how calls of a kind go when nothing else is scripted."""
        self._usual[kind] = step

    @property
    def has_news(self) -> bool:
        """True while something is to happen before the answer of the next call arrives."""
        return bool(self._delays)

    def obey(self) -> None:
        """Forget what is scripted: every further call goes as it is asked."""
        self._steps.clear()
        self._usual.clear()

    def effects(self, kind: Kind) -> list[tuple[str, int]]:
        """Return what was really moved, payment and value, in the order it was."""
        dones = {request.request_id: (request, done) for request, done in self._answers.values()}
        return [
            (request.payment.payment_id, done.value)
            for request, done in dones.values()
            if isinstance(done, Done) and _kind_of(request) == kind
        ]

    def was_done(self, request_id: str) -> Done | None:
        """Return the answer to a request that moved something, whether it arrived or not."""
        _, answer = self._answers.get(request_id, (None, None))
        return answer if isinstance(answer, Done) else None

    def do_by_hand(self, request: "Movement") -> str:
        """Do what a person does in the provider's back office, and return the name it gets there."""
        with self._lock:
            done = self._move(request, request.value)
        assert isinstance(done, Done)
        return f"{done.reference}-{len(self.calls)}" if not isinstance(request, Settle) else done.reference

    def authorise(self, connector: Connector, request: Authorise) -> AuthorisationOutcome:
        """Create the payment, or tell its state."""
        with self._lock:
            self.authorisations.append(request)
            outcome = self._told(self._authorise(request))
            answer = type(outcome).__name__.lower()
            self.calls.append(Call("authorise", request.payment_id, request.payment_id, request.value, None, answer))
        self._wait()
        return outcome

    def settle(self, connector: Connector, request: Settle) -> MovementOutcome:
        """Capture a value."""
        return self._serve("settle", request, None)

    def cancel(self, connector: Connector, request: Cancel) -> MovementOutcome:
        """Cancel a value that is not captured."""
        return self._serve("cancel", request, None)

    def refund(self, connector: Connector, request: Refund) -> MovementOutcome:
        """Give back a value of one settlement."""
        return self._serve("refund", request, request.settle_id)

    def inbound(self, connector: Connector, action: str, request: Inbound) -> InboundOutcome:
        """Answer a request with its own words, unless the action is one that is refused or gets no answer."""
        match action:
            case "refused":
                return Refused(_EXCHANGE, "no-such-action", "not possible")
            case "silent":
                return Unknown(_EXCHANGE, "no answer")
            case _:
                return Relayed(_EXCHANGE, 200, "text/plain", request.body, None, None)

    def _authorise(self, request: Authorise) -> AuthorisationOutcome:
        step = self._next("authorise")
        if step == "500":
            return Unknown(_EXCHANGE, "the connector answered 500")
        room = self.headroom
        limit = request.value + (room or 0)
        books = self.books.setdefault(request.payment_id, Books(request.value, limit))
        if books.authorised != request.value:
            raise ProtocolViolation(f"payment {request.payment_id} was created with another value")
        if books.state == "undefined" and step != "undefined":
            books.state = "denied" if step in ("denied", "400") else "approved"
        if step == "drop":
            return Unknown(_EXCHANGE, "the connection was cut")
        if books.state == "undefined":
            return Undecided(_UNDECIDED, "TID", self.delay_to_cancel_seconds, None, None)
        if books.state in ("denied", "voided"):
            return Denied(_EXCHANGE, "51", "no funds")
        return Approved(
            exchange=_EXCHANGE,
            authorization_id=f"AUT-{request.payment_id}",
            tid="TID",
            nsu="NSU",
            delay_to_auto_settle_seconds=self.delay_to_auto_settle_seconds,
            max_value=None if room is None else limit,
            code=None,
            message=None,
        )

    def _told(self, outcome: AuthorisationOutcome) -> AuthorisationOutcome:
        """Have an answer tell what is set to be told beside its decision."""
        if self.tells is None or isinstance(outcome, Unknown):
            return outcome
        return replace(outcome, exchange=replace(outcome.exchange, answered=self.tells))

    def _serve(self, kind: Kind, request: Movement, settle_id: str | None) -> MovementOutcome:
        with self._lock:
            outcome = self._answer(kind, request)
            answer = type(outcome).__name__.lower()
            payment_id = request.payment.payment_id
            recipients = () if isinstance(request, Cancel) else request.recipients
            shares = tuple((recipient.id, recipient.amount) for recipient in recipients)
            self.calls.append(Call(kind, payment_id, request.request_id, request.value, settle_id, answer, shares))
        self._wait()
        return outcome

    def _wait(self) -> None:
        if self._delays:
            self._delays.pop()()

    def _answer(self, kind: Kind, request: Movement) -> MovementOutcome:
        step = self._next(kind)
        stored = self._answers.get(request.request_id)
        if stored is not None:
            self._require_same(stored[0], request)
            return Unknown(_EXCHANGE, "no answer") if step in ("500", "drop") else stored[1]
        match step:
            case "500":
                return Unknown(_EXCHANGE, "the connector answered 500")
            case "501":
                return self._keep(request, Manual(_EXCHANGE, f"{kind}-manually", None))
            case "400":
                return self._keep(request, Refused(_EXCHANGE, "400", "not possible"))
            case Partial(value) if kind != "cancel":
                return self._keep(request, self._move(request, min(value, request.value)))
            case "drop":
                self._keep(request, self._move(request, request.value))
                return Unknown(_EXCHANGE, "the connection was cut")
            case _:
                return self._keep(request, self._move(request, request.value))

    def _keep(self, request: Movement, outcome: MovementOutcome) -> MovementOutcome:
        self._answers[request.request_id] = (request, outcome)
        return outcome

    def _require_same(self, before: Movement, now: Movement) -> None:
        if replace(before, payment=now.payment) != now or _name(before.payment) != _name(now.payment):
            raise ProtocolViolation(f"request {now.request_id} was {before} and is now {now}")

    def _move(self, request: Movement, value: int) -> MovementOutcome:
        books = self._books_of(request.payment)
        if value <= 0:
            raise ProtocolViolation(f"a movement of {value}")
        reference = f"{_kind_of(request)[:3].upper()}-{len(self._answers) + 1:04d}"
        match request:
            case Settle():
                self._require_open(books, value)
                books.captured += value
                books.settlements[reference] = value
            case Cancel() if books.state == "undefined":
                books.state = "voided"
            case Cancel():
                self._require_open(books, value)
                books.cancelled += value
            case Refund(settle_id=settle_id):
                left = books.settlements.get(settle_id)
                if left is None or value > left:
                    raise ProtocolViolation(f"refund of {value} on {settle_id}, which has {left}")
                books.settlements[settle_id] = left - value
                books.refunded += value
        return Done(_EXCHANGE, value, reference, None, None)

    def _books_of(self, payment: PaymentReference) -> Books:
        if payment.payment_id not in self.books:
            self.books[payment.payment_id] = Books(0, 0)
        return self.books[payment.payment_id]

    def _require_open(self, books: Books, value: int) -> None:
        if books.state != "approved" or books.captured + books.cancelled + value > books.limit:
            raise ProtocolViolation(f"{value} is more than what is open of {books}")

    def _next(self, kind: Kind) -> Step:
        steps = self._steps[kind]
        return steps.popleft() if steps else self._usual.get(kind, "ok")


_EXCHANGE = Exchange("{}", 200, "{}", 1)
_UNDECIDED = replace(_EXCHANGE, answered=PaymentAnswer(payment_url="https://pay.example"))


def _kind_of(request: Movement) -> Kind:
    return {Settle: "settle", Cancel: "cancel", Refund: "refund"}[type(request)]  # type: ignore[return-value]


def _name(payment: PaymentReference) -> tuple[str, str]:
    return payment.transaction_id, payment.payment_id
