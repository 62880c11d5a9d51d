"""The Payment Provider Protocol's client (C§4): one call, one deadline, one outcome.

Legacy connectors have the same wire format, and planning asks them for whole amounts only, so this client serves both
protocols.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlsplit

from settlement.connectors import exact_json
from settlement.connectors.answer import Answer, NoAnswer
from settlement.connectors.ppp_fields import decoded
from settlement.connectors.ppp_manifest import read_manifest
from settlement.connectors.ppp_outcomes import (
    CANCELLATION,
    REFUND,
    SETTLEMENT,
    Asked,
    ProtocolCall,
    authorisation_outcome,
    inbound_outcome,
    movement_outcome,
)
from settlement.connectors.ppp_payment_answer import without_way_to_pay
from settlement.connectors.ppp_requests import (
    Body,
    Settings,
    authorise_body,
    cancel_body,
    inbound_body,
    refund_body,
    secrets,
    settle_body,
    with_masked_passwords,
    with_settings,
    with_trial,
    without_person,
)
from settlement.connectors.public_address import address_rule, url_fault
from settlement.domain.connectors.connector import Connector, Credentials, CredentialsReference
from settlement.domain.connectors.connector_calls import (
    AuthorisationOutcome,
    Authorise,
    Cancel,
    Inbound,
    InboundOutcome,
    Manifest,
    ManifestFault,
    ManifestOutcome,
    MovementOutcome,
    PaidOffline,
    Refund,
    Settle,
    Unknown,
)
from settlement.domain.connectors.exchange import Exchange
from settlement.domain.privacy.masking import masked, without
from settlement.domain.privacy.person import facts_of
from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.connectors.deadline_http import DeadlineHttp

Spoken = TypeVar("Spoken", bound=AuthorisationOutcome | MovementOutcome)

MAX_EXCHANGE_CHARACTERS = 4_000
MIN_SECRET_CHARACTERS = 2
"""A password of one character is masked where it is sent, not wherever that character stands in an answer."""

MANIFEST_LIFETIME_SECONDS = 3_600


class PaymentProviderClient:
    """Calls connectors over TLS within ``timeout_seconds`` in total; no response raises an exception.

    A connector must have an address of the public internet; with ``allow_loopback`` it can be on this machine, without
    TLS. ``credentials`` returns a connector's credentials; if it raises, nothing is sent. A client is thread-safe.
    """

    def __init__(
        self,
        timeout_seconds: float,
        credentials: Callable[[Connector], Credentials],
        *,
        allow_loopback: bool,
        clock_seconds: Callable[[], float] = monotonic,
    ) -> None:
        """Store the settings; the first call imports the HTTP library."""
        self._timeout_seconds = timeout_seconds
        self._credentials = credentials
        self._allow_loopback = allow_loopback
        self._clock_seconds = clock_seconds
        self._manifests: dict[tuple[str, CredentialsReference | None], tuple[float, Manifest]] = {}

    def manifest(self, connector: Connector) -> ManifestOutcome:
        """Return a connector's manifest (C§4.1); a good one is cached for an hour."""
        key = (connector.service_url, connector.credentials)
        now = self._clock_seconds()
        read_at, kept = self._manifests.get(key, (now, None))
        if kept is not None and now - read_at < MANIFEST_LIFETIME_SECONDS:
            return kept
        exchange, answer = self._call(connector, "manifest", None)
        if isinstance(answer, NoAnswer):
            return ManifestFault(exchange, answer.reason)
        try:
            manifest = read_manifest(answer.status, answer.body)
        except ValueError as fault:
            return ManifestFault(exchange, self._hidden(connector, None, ()).of(str(fault)))
        self._manifests[key] = (now, manifest)
        return manifest

    def authorise(self, connector: Connector, request: Authorise) -> AuthorisationOutcome:
        """Create the payment, or ask for its state if it exists (C§4.2)."""
        body = self._completed(authorise_body(request), connector)
        exchange, answer = self._call(connector, "payments", body, facts_of(request.shopper, request.holder))
        if isinstance(answer, NoAnswer):
            return Unknown(exchange, answer.reason)
        payment_id, currency = request.payment_id, request.currency
        outcome = authorisation_outcome(payment_id, currency, answer.status, answer.body, exchange)
        return _without(self._hidden(connector, body, facts_of(request.shopper, request.holder)), outcome)

    def settle(self, connector: Connector, request: Settle) -> MovementOutcome:
        """Capture a value (C§4.3)."""
        return self._move(connector, request, SETTLEMENT, settle_body(request))

    def cancel(self, connector: Connector, request: Cancel) -> MovementOutcome:
        """Cancel a value that is not captured (C§4.4)."""
        body = cancel_body(request, connector.cancel_value_in_cents)
        return self._move(connector, request, CANCELLATION, body)

    def refund(self, connector: Connector, request: Refund) -> MovementOutcome:
        """Refund a value of one settlement (C§4.5)."""
        return self._move(connector, request, REFUND, refund_body(request))

    def inbound(self, connector: Connector, action: str, request: Inbound) -> InboundOutcome:
        """Relay a request to the connector and return its answer (C§4.6)."""
        payment_id = request.payment.payment_id
        path = f"payments/{quote(payment_id, safe='')}/inbound/{quote(action, safe='')}"
        exchange, answer = self._call(connector, path, inbound_body(request), request.payment.facts)
        if isinstance(answer, NoAnswer):
            return Unknown(exchange, answer.reason)
        return inbound_outcome(payment_id, request.request_id, answer.status, answer.body, exchange)

    def address_fault(self, service_url: str) -> str | None:
        """Return why connectors are not called at an address, by its name's current addresses; None if allowed."""
        fault = address_fault(service_url, allow_loopback=self._allow_loopback)
        if fault is not None:
            return fault
        parts = urlsplit(service_url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return self._http.unreachable(parts.hostname or "", port, self._timeout_seconds)

    def _move(
        self, connector: Connector, request: Settle | Cancel | Refund, movement: ProtocolCall, body: Body
    ) -> MovementOutcome:
        payment = request.payment
        body = self._completed(body, connector)
        path = f"payments/{quote(payment.payment_id, safe='')}/{movement.route}"
        exchange, answer = self._call(connector, path, body, payment.facts)
        if isinstance(answer, NoAnswer):
            return Unknown(exchange, answer.reason)
        asked = Asked(movement, payment.payment_id, request.request_id, request.value, payment.currency)
        outcome = movement_outcome(asked, answer.status, answer.body, exchange)
        return _without(self._hidden(connector, body, payment.facts), outcome)

    def _completed(self, body: Body, connector: Connector) -> Body:
        """Add what the merchant has configured to the body of a call about money."""
        return with_trial(with_settings(body, self._settings(connector)), is_trial=connector.sandbox_mode)

    def _settings(self, connector: Connector) -> Settings:
        """Return the connector's custom fields by name and value; the passwords are with its credentials."""
        if not connector.custom_fields:
            return ()
        passwords = dict(self._credentials(connector).passwords)
        return [
            (field.name, field.value if field.value is not None else passwords.get(field.name, ""))
            for field in connector.custom_fields
        ]

    def _hidden(self, connector: Connector, body: Body | None, facts: tuple[str, ...]) -> "_Hidden":
        credentials = self._credentials(connector)
        passwords = [value for _, value in credentials.passwords if len(value) >= MIN_SECRET_CHARACTERS]
        return _Hidden((credentials.app_key, credentials.app_token, *passwords, *secrets(body or {})), facts)

    def _call(
        self, connector: Connector, path: str, body: Body | None, facts: tuple[str, ...] = ()
    ) -> tuple[Exchange, Answer | NoAnswer]:
        """Send POST with a body, GET without one; secrets and ``facts`` are masked in the exchange."""
        credentials = self._credentials(connector)
        hidden = self._hidden(connector, body, facts)
        sent = "" if body is None else exact_json.write(body)
        shown = "" if body is None else _cut(without(_shown(body, credentials), facts, hidden.secrets))
        started = monotonic()
        answer = self._send(connector, credentials, path, None if body is None else sent.encode())
        duration_ms = round((monotonic() - started) * 1_000)
        if isinstance(answer, NoAnswer):
            return Exchange(shown, None, "", duration_ms), answer
        response = _cut(hidden.of(without_way_to_pay(decoded(answer.body))))
        return Exchange(shown, answer.status, response, duration_ms), answer

    def _send(self, connector: Connector, credentials: Credentials, path: str, body: bytes | None) -> Answer | NoAnswer:
        fault = address_fault(connector.service_url, allow_loopback=self._allow_loopback)
        if fault is not None:
            return NoAnswer(fault)
        url = f"{connector.service_url.rstrip('/')}/{path}"
        headers = call_headers(connector, credentials)
        if body is None:
            return self._http.get(url, headers, self._timeout_seconds)
        return self._http.post(url, headers, body, self._timeout_seconds)

    @cached_property
    def _http(self) -> "DeadlineHttp":
        from settlement.connectors.deadline_http import DeadlineHttp

        return DeadlineHttp(address_rule(allow_loopback=self._allow_loopback))


def call_headers(connector: Connector, credentials: Credentials) -> list[tuple[str, str]]:
    """Return the headers of every call; the connector's configuration names those of the app keys (C§0)."""
    prefix = "X-PROVIDER-API" if connector.provider_headers else "X-VTEX-API"
    return [
        ("Content-Type", "application/json"),
        ("Accept", "application/json"),
        ("Accept-Encoding", "identity"),
        ("User-Agent", "quita"),
        (f"{prefix}-AppKey", credentials.app_key),
        (f"{prefix}-AppToken", credentials.app_token),
    ]


def address_fault(service_url: str, *, allow_loopback: bool) -> str | None:
    """Return why a connector's address is not allowed, None if it is: card tokens and app keys need TLS."""
    fault = url_fault(service_url, allow_loopback=allow_loopback)
    return "the address has a query" if fault is None and urlsplit(service_url).query else fault


@dataclass(frozen=True, slots=True)
class _Hidden:
    """Data to mask in a connector's texts: ``secrets`` verbatim, ``facts`` about the shopper in any spelling."""

    secrets: tuple[str, ...]
    facts: tuple[str, ...]

    def of(self, words: str) -> str:
        """Mask secrets, facts, and everything in the form of a document, e-mail address or card."""
        return masked(without(words, self.facts, self.secrets))


def _without(hidden: _Hidden, outcome: Spoken) -> Spoken:
    """Mask secrets and the shopper's data in the connector's texts of an outcome."""
    answered = outcome.exchange.answered
    if answered is not None and answered.acquirer is not None:
        answered = replace(answered, acquirer=hidden.of(answered.acquirer))
    remarks = tuple(hidden.of(remark) for remark in outcome.exchange.remarks)
    exchange = replace(outcome.exchange, remarks=remarks, answered=answered)
    if isinstance(outcome, Unknown):
        return replace(outcome, exchange=exchange, reason=hidden.of(outcome.reason))
    if isinstance(outcome, PaidOffline):
        return outcome
    code, message = (words and hidden.of(words) for words in (outcome.code, outcome.message))
    return replace(outcome, exchange=exchange, code=code, message=message)


def _shown(body: Body, credentials: Credentials) -> str:
    """Write a body for the timeline, without the shopper's data and the passwords among the custom fields."""
    passwords = {name for name, _ in credentials.passwords}
    return exact_json.write(with_masked_passwords(without_person(body), passwords))


def _cut(wire: str) -> str:
    """Cut a body for the timeline to 4,000 characters."""
    return wire if len(wire) <= MAX_EXCHANGE_CHARACTERS else f"{wire[: MAX_EXCHANGE_CHARACTERS - 1]}…"
