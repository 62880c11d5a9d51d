"""Ports for the configuration of connectors: the vault of their credentials, and a probe of their addresses."""

from contextlib import AbstractContextManager
from typing import Protocol

from settlement.domain.connectors.connector import Connector, Credentials, CredentialsReference
from settlement.domain.connectors.connector_calls import ManifestOutcome


class Vault(Protocol):
    """Stores the credentials of connectors; no answer of this service shows them."""

    def exclusively(self) -> AbstractContextManager[None]:
        """Hold the lock; raises ``Busy`` if another writer does not release it within seconds."""
        ...

    def of(self, connector: Connector) -> Credentials:
        """Return a connector's credentials; raises ``LookupError`` if it has none."""
        ...

    def put(self, name: str, credentials: Credentials, keep: str | None) -> CredentialsReference:
        """Add a version and delete the others but ``keep``, which may be in use. Call it within ``exclusively``.

        Raises ``CredentialsFull`` if there is no room for it.
        """
        ...


class ConnectorProbe(Protocol):
    """Checks connectors before they are saved, and on request."""

    def address_fault(self, service_url: str) -> str | None:
        """Return the reason why connectors are not called at an address, None if it is allowed."""
        ...

    def manifest(self, connector: Connector) -> ManifestOutcome:
        """Return a connector's manifest, which can be an hour old."""
        ...

    def fresh_manifest(self, connector: Connector, given: Credentials | None) -> ManifestOutcome:
        """Return a connector's manifest as it is now; uses the ``given`` credentials, else the stored ones."""
        ...
