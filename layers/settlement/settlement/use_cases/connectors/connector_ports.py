"""What configuring connectors needs from outside: their credentials' vault, and a way to look at where they are."""

from contextlib import AbstractContextManager
from typing import Protocol

from settlement.domain.connectors.connector import Connector, Credentials, CredentialsReference
from settlement.domain.connectors.connector_calls import ManifestOutcome


class Vault(Protocol):
    """Where the credentials of connectors are kept; no answer of this service has them."""

    def exclusively(self) -> AbstractContextManager[None]:
        """Keep other writers out; raises ``Busy`` when one of them does not end within seconds."""
        ...

    def put(self, name: str, credentials: Credentials, keep: str | None) -> CredentialsReference:
        """Add a version, beside the one to ``keep`` since it may be in use; older ones go. Only within ``exclusively``.

        Raises ``CredentialsFull``.
        """
        ...


class ConnectorProbe(Protocol):
    """Looks at connectors before they are saved, and on request."""

    def address_fault(self, service_url: str) -> str | None:
        """Tell why no connector is called at an address; None if one may be."""
        ...

    def manifest(self, connector: Connector, given: Credentials | None) -> ManifestOutcome:
        """Tell what a connector can do; asked with what is ``given``, else with its stored credentials."""
        ...
