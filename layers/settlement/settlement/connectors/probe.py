"""Checks a connector before it is saved: its address and its manifest."""

from collections.abc import Callable

from settlement.connectors.ppp import PaymentProviderClient
from settlement.domain.connectors.connector import Connector, Credentials
from settlement.domain.connectors.connector_calls import ManifestOutcome


class ConnectorProbe:
    """The ``ConnectorProbe`` port over HTTP; no response raises an exception."""

    def __init__(
        self, timeout_seconds: float, credentials: Callable[[Connector], Credentials], *, allow_loopback: bool
    ) -> None:
        """Store the settings; the first call imports the HTTP library."""
        self._timeout_seconds = timeout_seconds
        self._allow_loopback = allow_loopback
        self._credentials = credentials
        self._client = PaymentProviderClient(timeout_seconds, credentials, allow_loopback=allow_loopback)

    def address_fault(self, service_url: str) -> str | None:
        """Return the reason why connectors are not called at an address, None if it is allowed."""
        return self._client.address_fault(service_url)

    def manifest(self, connector: Connector) -> ManifestOutcome:
        """Return a connector's manifest, which can be an hour old."""
        return self._client.manifest(connector)

    def fresh_manifest(self, connector: Connector, given: Credentials | None) -> ManifestOutcome:
        """Return a connector's manifest as it is now; uses the ``given`` credentials, else the stored ones."""
        credentials = self._credentials if given is None else lambda _: given
        client = PaymentProviderClient(self._timeout_seconds, credentials, allow_loopback=self._allow_loopback)
        return client.manifest(connector)
