"""Fakes of what configuring connectors needs: a vault for credentials, and a look at where connectors are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from settlement.domain.connectors.connector import Connector, Credentials, CredentialsReference
from settlement.domain.connectors.connector_calls import (
    AutoSettleDelay,
    DeclaredField,
    Manifest,
    ManifestFault,
    ManifestOutcome,
    PaymentMethod,
    SplitMoment,
)
from settlement.domain.connectors.exchange import Exchange
from settlement.domain.errors import Busy, CredentialsFull
from testkit.builders import NOON


class FakeVault:
    """Keeps credentials in memory; a write without keeping others out is a fault. ``before`` come first, one a time."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Credentials]] = {}
        self.busy = self.full = False
        self.before: list[Callable[[], object]] = []
        self._held = False
        self._count = 0

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Keep other writers out."""
        if self.before:
            self.before.pop(0)()
        assert not self._held
        if self.busy:
            raise Busy("the credentials of a connector are being written; try again")
        self._held = True
        try:
            yield
        finally:
            self._held = False

    def of(self, connector: Connector) -> Credentials:
        """Return what is kept for a connector."""
        assert connector.credentials is not None
        return self.kept[connector.credentials.name][connector.credentials.version]

    def put(self, name: str, credentials: Credentials, keep: str | None) -> CredentialsReference:
        """Add a version beside the one to keep."""
        assert self._held
        if self.full:
            raise CredentialsFull(65_537, 65_536)
        self._count += 1
        kept = {version: held for version, held in self.kept.get(name, {}).items() if version == keep}
        self.kept[name] = kept | {str(self._count): credentials}
        return CredentialsReference(name, str(self._count), NOON)


@dataclass
class FakeProbe:
    """Finds what it is told: addresses that are not called, and a manifest or none."""

    faults: dict[str, str] = field(default_factory=dict)
    delay: AutoSettleDelay | None = field(default_factory=lambda: AutoSettleDelay(0, 168))
    silent: bool = False
    custom_fields: tuple[DeclaredField, ...] = ()
    asked_with: list[Credentials | None] = field(default_factory=list)

    def address_fault(self, service_url: str) -> str | None:
        """Tell why no connector is called at an address."""
        return self.faults.get(service_url)

    def manifest(self, connector: Connector) -> ManifestOutcome:
        """Tell what a connector can do."""
        return self.fresh_manifest(connector, None)

    def fresh_manifest(self, connector: Connector, given: Credentials | None) -> ManifestOutcome:
        """Tell what a connector can do."""
        self.asked_with.append(given)
        if self.silent:
            return ManifestFault(Exchange("", None, "", 1), "no complete answer within 20 s")
        return Manifest((PaymentMethod("Visa", SplitMoment.DISABLED),), self.delay, "1.0.0", self.custom_fields)


PPP = "Vtex.PaymentGateway.Connectors.PaymentProvider.PaymentProviderConnector"


def affiliation_body(name: str = "acme-pay", implementation: str = PPP, /, **configuration: object) -> dict[str, Any]:
    """An affiliation as clients send it; a value that is None is left out of its configuration."""
    values = {"serviceUrl": "https://pay.acme.example", "appKey": "key", "appToken": "token"} | configuration
    return {
        "implementation": implementation,
        "name": name,
        "isdelivered": True,
        "isConfigured": True,
        "configuration": [{"name": key, "value": value} for key, value in values.items() if value is not None],
    }
