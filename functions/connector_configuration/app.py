"""Configures an account's connectors, which the gateway calls affiliations; disables them, and shows manifests."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.affiliations.view import affiliation_view, manifest_view
from settlement.api.resolver import Api, answer, no_content
from settlement.api.shared.http import Response
from settlement.domain.connectors.connector_calls import ManifestFault
from settlement.domain.errors import ConnectorFailed
from settlement.logs import new_logger
from settlement.use_cases.connectors import configure_connector as connectors

logger = new_logger()
api = Api(logger)
bootstrap.dynamodb()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a REST API proxy event."""
    return api.resolve(event)


@api.serves("listAffiliations")
def list_all() -> Response:
    """Show the account's affiliations by name."""
    account = api.caller()
    api.list_query()
    found = bootstrap.store().connectors(account)
    return answer(200, [affiliation_view(connector) for connector in found])


@api.serves("addAffiliation")
def create() -> Response:
    """Add an affiliation."""
    from settlement.api.affiliations.request import AffiliationBody

    account, body = api.caller(), api.read(AffiliationBody)
    wanted, credentials = body.as_connector(), body.credentials()
    created = connectors.create_connector(
        bootstrap.ports(api.actor()),
        bootstrap.credentials(),
        bootstrap.connector_probe(),
        account,
        wanted,
        credentials,
        body.given_fields(),
    )
    return answer(200, affiliation_view(created))


@api.serves("getAffiliation")
def get(affiliation_id: str) -> Response:
    """Show one affiliation, by its id or its name."""
    account = api.caller()
    return answer(200, affiliation_view(connectors.find_connector(bootstrap.store(), account, affiliation_id)))


@api.serves("putAffiliation")
def replace(affiliation_id: str) -> Response:
    """Replace an affiliation's configuration; without new credentials, the stored ones stay."""
    from settlement.api.affiliations.request import AffiliationBody

    account, body = api.caller(), api.read(AffiliationBody)
    wanted, credentials = body.as_connector(), body.credentials()
    replaced = connectors.replace_connector(
        bootstrap.ports(api.actor()),
        bootstrap.credentials(),
        bootstrap.connector_probe(),
        account,
        affiliation_id,
        wanted,
        credentials,
        body.given_fields(),
        body.id,
    )
    return answer(200, affiliation_view(replaced))


@api.serves("disableAffiliation")
def disable(affiliation_id: str) -> Response:
    """Disable an affiliation for new payments; existing ones go on."""
    connectors.disable_connector(bootstrap.ports(api.actor()), api.caller(), affiliation_id)
    return no_content()


@api.serves("getManifest")
def manifest(affiliation_id: str) -> Response:
    """Show a connector's manifest, which is cached for an hour."""
    account = api.caller()
    outcome = connectors.read_manifest(bootstrap.store(), bootstrap.connector_probe(), account, affiliation_id)
    if isinstance(outcome, ManifestFault):
        raise ConnectorFailed(f"The connector's manifest cannot be read: {outcome.reason}")
    return answer(200, manifest_view(outcome))
