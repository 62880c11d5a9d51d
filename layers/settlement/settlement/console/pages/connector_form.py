"""Adds a connector, or changes one, by a form: settings, credentials, and the custom fields that its manifest declares.

The manifest can be read with the credentials only, so a new connector with custom fields takes two rounds. What was
typed as a secret is never sent back to the browser: it is typed again.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from settlement.api.affiliations.view import USUAL_IMPLEMENTATIONS, affiliation_view
from settlement.api.shared import body
from settlement.api.shared.http import Response
from settlement.console import typed
from settlement.console.connector_fields import (
    GROUPS,
    NEW,
    PROTOCOLS,
    custom_fields,
    given_names,
    shown_values,
    told,
)
from settlement.console.rendering import page
from settlement.console.site import redirect
from settlement.console.typed import Mistyped
from settlement.console.visit import Visit
from settlement.domain.connectors.connector import Connector, ConnectorProtocol
from settlement.domain.connectors.connector_calls import DeclaredField, Manifest
from settlement.domain.errors import AlreadyExists, Busy, Refusal
from settlement.use_cases.connectors.configure_connector import create_connector, find_connector, replace_connector

if TYPE_CHECKING:
    from settlement.api.affiliations.request import AffiliationBody


def add(visit: Visit) -> Response:
    """Show or take the form of a new connector."""
    if visit.request.method == "GET":
        return _form(visit, None, None)
    return _saved(visit, None, None, lambda: _add(visit))


def edit(visit: Visit, name: str) -> Response:
    """Show or take the form of a connector that is there; one that changed in between is not written over."""
    stored = find_connector(visit.ports.store, visit.account, name)
    declared = _declared(visit, stored)
    if visit.request.method == "GET":
        return _form(visit, stored, declared)
    if typed.text(visit, "seen") != str(stored.revision):
        return _form(visit, stored, declared, 412, problem="connector.stale")
    return _saved(visit, stored, declared, lambda: _replace(visit, stored, is_declared=declared is not None))


def _saved(
    visit: Visit,
    stored: Connector | None,
    declared: tuple[DeclaredField, ...] | None,
    save: Callable[[], Response],
) -> Response:
    """Save what was typed; what is wrong with it is shown in the form."""
    try:
        return save()
    except Mistyped as mistake:
        return _form(visit, stored, declared, 400, problem=mistake.key, field=mistake.field)
    except Busy:
        raise
    except Refusal as refusal:
        return _form(visit, stored, declared, refusal.status, problem="refused", refusal=refusal)


def _add(visit: Visit) -> Response:
    name = typed.text(visit, "name", needed=True)
    wanted = _read(visit, name, USUAL_IMPLEMENTATIONS[_protocol(visit)], None)
    if (declared := _undeclared(visit, wanted)) is not None:
        return _form(visit, None, declared, problem="connector.fill-in")
    _create(visit, wanted)
    return redirect(visit.url(f"connectors/{name}", done="connector"))


def _replace(visit: Visit, stored: Connector, *, is_declared: bool) -> Response:
    implementation = stored.implementation or USUAL_IMPLEMENTATIONS[stored.protocol]
    wanted = _read(visit, stored.name, implementation, stored, is_declared=is_declared)
    connector, credentials, given = wanted.as_connector(), wanted.credentials(), wanted.given_fields()
    vault, probe = visit.services.vault(), visit.services.probe()
    replace_connector(visit.ports, vault, probe, visit.account, stored.name, connector, credentials, given)
    return redirect(visit.url(f"connectors/{stored.name}", done="connector"))


def _protocol(visit: Visit) -> ConnectorProtocol:
    said = typed.text(visit, "protocol", needed=True)
    if said not in PROTOCOLS:
        raise Mistyped("typed.missing", "protocol")
    return ConnectorProtocol(said)


def _read(
    visit: Visit, name: str, implementation: str, stored: Connector | None, *, is_declared: bool = True
) -> "AffiliationBody":
    from settlement.api.affiliations.request import AffiliationBody

    return body.validate(AffiliationBody, told(visit, name, implementation, stored, is_declared=is_declared))


def _undeclared(visit: Visit, wanted: "AffiliationBody") -> tuple[DeclaredField, ...] | None:
    """Return the custom fields of the manifest if some of them are not filled in; None if there is nothing to ask."""
    credentials, connector = wanted.credentials(), wanted.as_connector()
    if credentials is None or connector.protocol is not ConnectorProtocol.PPP or wanted.accept_without_manifest:
        return None
    if visit.services.probe().address_fault(connector.service_url) is not None:
        return None
    manifest = visit.services.probe().fresh_manifest(connector, credentials)
    if not isinstance(manifest, Manifest):
        return None
    return manifest.custom_fields if {field.name for field in manifest.custom_fields} - given_names(visit) else None


def _create(visit: Visit, wanted: "AffiliationBody") -> None:
    """Save a new connector; the same form sent again finds it saved."""
    connector, credentials, given = wanted.as_connector(), wanted.credentials(), wanted.given_fields()
    vault, probe = visit.services.vault(), visit.services.probe()
    try:
        create_connector(visit.ports, vault, probe, visit.account, connector, credentials, given)
    except AlreadyExists:
        stored = visit.ports.store.connector(visit.account, connector.name)
        if stored is None or replace(stored, credentials=None, custom_fields=(), revision=0) != connector:
            raise


def _declared(visit: Visit, stored: Connector) -> tuple[DeclaredField, ...] | None:
    """Return the custom fields that the stored connector's manifest declares, None if it cannot be read."""
    if stored.protocol is not ConnectorProtocol.PPP:
        return ()
    manifest = visit.services.probe().manifest(stored)
    return manifest.custom_fields if isinstance(manifest, Manifest) else None


def _form(
    visit: Visit,
    stored: Connector | None,
    declared: tuple[DeclaredField, ...] | None,
    code: int = 200,
    *,
    problem: str = "",
    field: str = "",
    refusal: Refusal | None = None,
) -> Response:
    values = {key.value: value for key, value in NEW.items()}
    if stored is not None:
        shown: dict[str, Any] = dict(affiliation_view(stored))
        values = shown_values(shown["configuration"])
    return page(
        visit,
        "connector_form",
        code,
        connector=stored,
        seen="" if stored is None else stored.revision,
        values=values,
        groups=GROUPS,
        protocols=PROTOCOLS,
        custom=custom_fields(visit, stored, declared),
        no_manifest=stored is not None and declared is None,
        is_sent=visit.request.method == "POST" and problem != "connector.stale",
        said=visit.said,
        problem=problem,
        problem_field=field,
        refusal=refusal,
    )
