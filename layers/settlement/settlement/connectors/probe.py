"""Looking at a connector before it is saved: where its address leads, and what it says it can do."""

from collections.abc import Callable

from settlement.connectors.ppp import PaymentProviderClient
from settlement.domain.connectors.connector import Connector, Credentials
from settlement.domain.connectors.connector_calls import ManifestOutcome


class ConnectorProbe:
    """The ``ConnectorProbe`` port over HTTP; it never raises for what comes back."""

    def __init__(
        self, timeout_seconds: float, credentials: Callable[[Connector], Credentials], *, allow_loopback: bool
    ) -> None:
        """Keep the settings; the HTTP library is imported at the first call."""
        self._timeout_seconds = timeout_seconds
        self._allow_loopback = allow_loopback
        self._client = PaymentProviderClient(timeout_seconds, credentials, allow_loopback=allow_loopback)

    def address_fault(self, service_url: str) -> str | None:
        """Tell why no connector is called at an address; None if one may be."""
        return self._client.address_fault(service_url)

    def manifest(self, connector: Connector, given: Credentials | None) -> ManifestOutcome:
        """Tell what a connector can do; asked with what is ``given``, else with its stored credentials."""
        if given is None:
            return self._client.manifest(connector)
        return PaymentProviderClient(
            self._timeout_seconds, lambda _: given, allow_loopback=self._allow_loopback
        ).manifest(connector)
