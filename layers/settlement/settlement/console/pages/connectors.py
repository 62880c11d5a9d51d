"""The account's connectors: how each is configured, what its manifest says, and whether it answers."""

import time
from typing import Any

from settlement.api.affiliations.view import affiliation_view
from settlement.api.shared.http import Response
from settlement.console.connector_fields import GROUPS, shown_values
from settlement.console.rendering import done_of, page
from settlement.console.visit import Visit
from settlement.domain.connectors.connector_calls import Manifest, ManifestFault, ManifestOutcome
from settlement.use_cases.connectors.configure_connector import find_connector, read_manifest, try_connector
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of asking a connector for its manifest; ``why`` names the fault in the catalogues, if it is one."""

    manifest: Manifest | None
    why: str
    detail: str
    duration_ms: int


def show_all(visit: Visit) -> Response:
    """Show every connector."""
    return page(visit, "connectors", connectors=visit.ports.store.connectors(visit.account), done=done_of(visit))


def show(visit: Visit, name: str) -> Response:
    """Show one connector as it is configured; its manifest comes by itself, or by a link."""
    return _page(visit, name)


def manifest(visit: Visit, name: str) -> Response:
    """Show what the connector says of itself, as it was read within the last hour; as a part of its page, or on it."""
    tried = _tried(read_manifest(visit.ports.store, visit.services.probe(), visit.account, name), 0)
    return page(visit, "manifest", tried=tried) if visit.is_partial else _page(visit, name, read=tried)


def test(visit: Visit, name: str) -> Response:
    """Ask the connector now, and show whether it answered, and within which time."""
    began = time.monotonic()
    outcome = try_connector(visit.ports.store, visit.services.probe(), visit.account, name)
    tried = _tried(outcome, round((time.monotonic() - began) * 1000))
    return _page(visit, name, tested=tried, read=tried)


def _tried(outcome: ManifestOutcome, duration_ms: int) -> Tried:
    if isinstance(outcome, ManifestFault):
        return Tried(None, _why(outcome.exchange.status), outcome.reason, duration_ms)
    return Tried(outcome, "", "", duration_ms)


def _why(status: int | None) -> str:
    """Return what kind of fault it is, by the status of the answer; None is no answer."""
    if status is None:
        return "no-answer"
    if status in (401, 403):
        return "forbidden"
    if status >= 500:
        return "server-error"
    return "malformed" if 200 <= status < 300 else "refused"


def _page(visit: Visit, name: str, tested: Tried | None = None, read: Tried | None = None) -> Response:
    connector = find_connector(visit.ports.store, visit.account, name)
    shown: dict[str, Any] = dict(affiliation_view(connector))
    return page(
        visit,
        "connector",
        connector=connector,
        values=shown_values(shown["configuration"]),
        groups=GROUPS,
        tested=tested,
        tried=read,
        done=done_of(visit),
    )
