"""Configures an account's connectors, which the gateway calls affiliations.

A connector is never deleted, because its payments are still settled and refunded through it. A disabled connector
takes no new payments.
"""

from collections.abc import Mapping
from dataclasses import field, replace

from settlement.domain.connectors.connector import (
    AutoSettle,
    Connector,
    ConnectorProtocol,
    Credentials,
    CredentialsReference,
    CustomField,
)
from settlement.domain.connectors.connector_calls import DeclaredField, Manifest, ManifestFault, ManifestOutcome
from settlement.domain.connectors.custom_fields import Passwords, require_declared, split_passwords
from settlement.domain.errors import AffiliationNotFound, AlreadyExists, InvalidRequest
from settlement.use_cases.connectors.connector_ports import ConnectorProbe, Vault
from settlement.use_cases.shared.audits import begin_audit
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.ports import Ports, Store
from settlement.values import dataclass

MAX_CONNECTORS = 100
"""Most connectors of one account."""


def find_connector(store: Store, account: str, affiliation: str) -> Connector:
    """Return a connector by its name or its affiliation id; raises ``AffiliationNotFound``."""
    for connector in store.connectors(account):
        if affiliation in (connector.name, connector.affiliation_id):
            return connector
    raise AffiliationNotFound(affiliation)


@dataclass(frozen=True, slots=True)
class GivenFields:
    """The custom fields that a request gives, by name; a value of None keeps the password that is stored.

    ``accept_without_manifest`` has them saved although the connector's manifest, which declares them, cannot be read.
    ``settings`` are the names of a configuration that are no custom fields.
    """

    values: Mapping[str, str | None] = field(default_factory=dict)
    accept_without_manifest: bool = False
    settings: tuple[str, ...] = ()


def create_connector(
    ports: Ports,
    vault: Vault,
    probe: ConnectorProbe,
    account: str,
    wanted: Connector,
    credentials: Credentials | None,
    given: GivenFields,
) -> Connector:
    """Save a new connector with its credentials and custom fields; its account is audited from then on.

    Raises ``AlreadyExists`` if the name is taken, ``InvalidRequest`` without credentials, for an address that is not
    allowed, for custom fields other than the manifest declares, or for too many connectors, and ``CredentialsFull``;
    then nothing is saved.
    """
    existing = ports.store.connectors(account)
    _require_new(wanted, next((held for held in existing if held.name == wanted.name), None))
    if len(existing) >= MAX_CONNECTORS:
        raise InvalidRequest(f"an account has at most {MAX_CONNECTORS} affiliations")
    if credentials is None:
        raise InvalidRequest("configuration: appKey and appToken are missing; a new affiliation needs both")
    _require_sound(probe, wanted, credentials)
    fields, passwords = _filled(given, (), _declared(probe, wanted, credentials, given, kept=()))
    wanted, credentials = replace(wanted, custom_fields=fields), replace(credentials, passwords=passwords)
    with vault.exclusively():
        _require_new(wanted, ports.store.connector(account, wanted.name))
        reference = vault.put(_secret_name(account, wanted), credentials, keep=None)
        begin_audit(ports.store, account, ports.now())
        return decide_until_written(ports, lambda: _add(ports, account, replace(wanted, credentials=reference)))


def replace_connector(
    ports: Ports,
    vault: Vault,
    probe: ConnectorProbe,
    account: str,
    affiliation: str,
    wanted: Connector,
    credentials: Credentials | None,
    given: GivenFields,
    named: str | None = None,
) -> Connector:
    """Replace a connector's configuration; without ``credentials``, its credentials stay.

    Existing payments use the new configuration, but keep the mode and capabilities of their authorisation. Raises
    ``AffiliationNotFound``, ``InvalidRequest`` for another name, for an id (``named``) of another connector, for an
    address that is not allowed, or for custom fields other than the manifest declares, and ``CredentialsFull``. The
    manifest is read if there are custom fields, or the address is another.
    """
    stored = find_connector(ports.store, account, affiliation)
    if named not in (None, "", stored.name, stored.affiliation_id):
        raise InvalidRequest(f"id: {named} is not the affiliation of the path, {stored.affiliation_id}")
    if wanted.name != stored.name:
        raise InvalidRequest(f"name: an affiliation keeps its name, {stored.name}, since payments know it by that")
    as_stored = replace(wanted, credentials=stored.credentials)
    _require_sound(probe, as_stored, credentials)
    is_declared = bool(given.values or stored.custom_fields) or wanted.service_url != stored.service_url
    if credentials is None and not is_declared:
        return decide_until_written(ports, lambda: _write(ports, account, wanted))
    declared = _declared(probe, as_stored, credentials, given, stored.custom_fields) if is_declared else None
    with vault.exclusively():
        before = ports.store.connector(account, wanted.name) or stored
        held = vault.of(before) if before.credentials is not None and _needs_passwords(before, given) else None
        kept = before.custom_fields if wanted.protocol is ConnectorProtocol.PPP else ()
        fields, passwords = _filled(given, held.passwords if held is not None else (), declared, kept)
        wanted = replace(
            wanted, custom_fields=fields, credentials=_put(vault, account, before, credentials, held, passwords)
        )
        return decide_until_written(ports, lambda: _write(ports, account, wanted))


def _put(
    vault: Vault,
    account: str,
    before: Connector,
    credentials: Credentials | None,
    held: Credentials | None,
    passwords: Passwords,
) -> CredentialsReference | None:
    """Add what is new to the vault; None if key, token and passwords stay as they are ``held``."""
    pair = credentials or held
    if pair is None:
        if passwords:
            raise InvalidRequest("configuration: appKey and appToken are missing; custom fields are kept with them")
        return None
    if credentials is None and passwords == pair.passwords:
        return None
    used = before.credentials.version if before.credentials is not None else None
    return vault.put(_secret_name(account, before), replace(pair, passwords=passwords), keep=used)


def disable_connector(ports: Ports, account: str, affiliation: str) -> None:
    """Disable a connector for new payments; existing ones go on. Raises ``AffiliationNotFound``."""

    def disable() -> None:
        stored = find_connector(ports.store, account, affiliation)
        ports.store.replace_connector(account, stored, replace(stored, enabled=False))

    decide_until_written(ports, disable)


def read_manifest(store: Store, probe: ConnectorProbe, account: str, affiliation: str) -> ManifestOutcome:
    """Return a connector's manifest; raises ``AffiliationNotFound``."""
    return probe.manifest(find_connector(store, account, affiliation))


def try_connector(store: Store, probe: ConnectorProbe, account: str, affiliation: str) -> ManifestOutcome:
    """Ask a connector for its manifest now, with its stored credentials; raises ``AffiliationNotFound``."""
    return probe.fresh_manifest(find_connector(store, account, affiliation), None)


def _secret_name(account: str, connector: Connector) -> str:
    return f"{account}/{connector.name}"


def _require_new(wanted: Connector, stored: Connector | None) -> None:
    if stored is not None:
        raise AlreadyExists(f"name: {stored.name} is the affiliation {stored.affiliation_id} already; change it by PUT")


def _add(ports: Ports, account: str, wanted: Connector) -> Connector:
    _require_new(wanted, ports.store.connector(account, wanted.name))
    ports.store.replace_connector(account, None, wanted)
    return wanted


def _write(ports: Ports, account: str, wanted: Connector) -> Connector:
    stored = ports.store.connector(account, wanted.name)
    if wanted.credentials is None and stored is not None:
        wanted = replace(wanted, credentials=stored.credentials)
    ports.store.replace_connector(account, stored, wanted)
    return wanted


def _needs_passwords(stored: Connector, given: GivenFields) -> bool:
    return bool(given.values) or any(field.value is None for field in stored.custom_fields)


def _declared(
    probe: ConnectorProbe,
    wanted: Connector,
    credentials: Credentials | None,
    given: GivenFields,
    kept: tuple[CustomField, ...],
) -> tuple[DeclaredField, ...] | None:
    """Return the custom fields of the connector's manifest, None where they are accepted without one.

    ``kept`` are the stored ones. A manifest that cannot be read is refused, since it may declare fields that the first
    sale would lack (D114).
    """
    if wanted.protocol is not ConnectorProtocol.PPP:
        if given.values:
            raise InvalidRequest("customFields: a connector without a manifest has none")
        return None
    manifest = probe.fresh_manifest(wanted, credentials)
    if isinstance(manifest, Manifest):
        return manifest.custom_fields
    if given.accept_without_manifest:
        return None
    if given.values or kept:
        raise InvalidRequest(
            f"customFields: the connector's manifest, which declares them, cannot be read: {manifest.reason}; "
            "send acceptWithoutManifest true to save them unchecked"
        )
    raise InvalidRequest(
        f"configuration.serviceUrl: {wanted.service_url}/manifest cannot be read: {manifest.reason}; "
        "send acceptWithoutManifest true to save the affiliation without custom fields"
    )


def _filled(
    given: GivenFields,
    passwords: Passwords,
    declared: tuple[DeclaredField, ...] | None,
    kept: tuple[CustomField, ...] = (),
) -> tuple[tuple[CustomField, ...], Passwords]:
    """Return the custom fields to store and the passwords to keep; ``kept`` and ``passwords`` are the stored ones.

    Without a manifest, stored fields that are not given stay as they are.
    """
    values = {name: dict(passwords).get(name, "") if value is None else value for name, value in given.values.items()}
    missing = [name for name, value in values.items() if not value]
    if declared is None and missing:
        raise InvalidRequest(
            f"customFields.{missing[0]}: is missing; a mask keeps a stored password, and there is none"
        )
    if declared is not None:
        require_declared(values, declared, given.settings)
        return split_passwords(values, declared)
    fields, added = split_passwords(values, ())
    left = tuple(field for field in kept if field.name not in values)
    names = {field.name for field in left}
    return (*left, *fields), (*((name, value) for name, value in passwords if name in names), *added)


def _require_sound(probe: ConnectorProbe, wanted: Connector, credentials: Credentials | None) -> None:
    fault = probe.address_fault(wanted.service_url)
    if fault is not None:
        raise InvalidRequest(f"configuration.serviceUrl: {fault}; got {wanted.service_url}")
    if wanted.auto_settle is AutoSettle.SCHEDULED and wanted.protocol is ConnectorProtocol.PPP:
        _require_delay(wanted, probe.fresh_manifest(wanted, credentials))


def _require_delay(wanted: Connector, manifest: Manifest | ManifestFault) -> None:
    """Raise ``InvalidRequest`` if the manifest does not allow the delay of a scheduled capture (C§4.1)."""
    where = "configuration.autoSettleDelay"
    if isinstance(manifest, ManifestFault):
        raise InvalidRequest(f"{where}: the connector's manifest, which limits it, cannot be read: {manifest.reason}")
    limits = manifest.auto_settle_delay
    if limits is None:
        raise InvalidRequest(f"{where}: the connector's manifest has no autoSettleDelay, so none can be chosen")
    hours = int(wanted.auto_settle_delay.total_seconds() // 3_600) if wanted.auto_settle_delay is not None else 0
    if not limits.minimum_hours <= hours <= limits.maximum_hours:
        allowed = f"from {limits.minimum_hours} to {limits.maximum_hours}"
        raise InvalidRequest(f"{where}: the connector allows {allowed} hours; got {hours}")
