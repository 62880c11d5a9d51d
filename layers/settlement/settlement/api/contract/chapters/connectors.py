"""Affiliations, and what connectors call."""

from settlement.api.affiliations.answer import AffiliationAnswer, ManifestAnswer
from settlement.api.affiliations.request import AffiliationBody
from settlement.api.contract.described import Listed, Relayed, Tag, describe
from settlement.api.contract.parameters import SIGNATURE
from settlement.api.shared.answer import Empty

ROUTES = (
    describe(
        "callBack",
        Tag.CONNECTORS,
        "Tell that an authorisation is decided; it is asked for, the body is not believed",
        "Starts another question to the connector about the payment's authorisation. What the body says is not "
        "believed, so it is not read.",
        {200: Empty},
        {401: "1", 404: "1404", 503: "OMS503"},
        parameters=SIGNATURE,
    ),
    describe(
        "notifyAuthorisation",
        Tag.CONNECTORS,
        "The same",
        "Does the same as `POST …/callback`.",
        {200: Empty},
        {401: "1", 404: "1404", 503: "OMS503"},
        parameters=SIGNATURE,
    ),
    describe(
        "retryAuthorisation",
        Tag.CONNECTORS,
        "The same",
        "Does the same as `POST …/callback`.",
        {200: Empty},
        {401: "1", 404: "1404", 503: "OMS503"},
        parameters=SIGNATURE,
    ),
    describe(
        "relayInbound",
        Tag.CONNECTORS,
        "Hand a request on to the connector; answered with its status, content type and content",
        "Sends the body to the payment's connector, and answers with status, content type and content of its answer.",
        {200: Relayed()},
        {400: "OMS001", 401: "1", 404: "1404", 413: "OMS413", 502: "OMS502", 503: "OMS503"},
        parameters=SIGNATURE,
    ),
    describe(
        "listAffiliations",
        Tag.CONNECTORS,
        "List the account's connectors",
        "Answers every connector of the account by name; credentials are masked.",
        {200: Listed(AffiliationAnswer)},
        {400: "OMS001"},
    ),
    describe(
        "addAffiliation",
        Tag.CONNECTORS,
        "Add a connector, with its credentials",
        "Stores a connector's address, behaviour and credentials. Payments find it by its name or by the payment "
        "systems that it serves.",
        {200: AffiliationAnswer},
        {400: "OMS001", 409: "OMS008 OMS015", 413: "OMS413", 503: "OMS503"},
        body=AffiliationBody,
    ),
    describe(
        "getAffiliation",
        Tag.CONNECTORS,
        "Show a connector, by its id or its name",
        "Answers one connector; credentials are masked.",
        {200: AffiliationAnswer},
        {404: "1404"},
    ),
    describe(
        "putAffiliation",
        Tag.CONNECTORS,
        "Replace a connector's configuration; credentials left out stay",
        "Replaces a connector's configuration. Credentials that are left out stay, and so does its name.",
        {200: AffiliationAnswer},
        {400: "OMS001", 404: "1404", 409: "OMS015", 413: "OMS413", 503: "OMS503"},
        body=AffiliationBody,
    ),
    describe(
        "disableAffiliation",
        Tag.CONNECTORS,
        "Let a connector take no new payments; those it has go on",
        "Lets the connector take no new payments. Those that it has are settled, refunded and cancelled as before.",
        {204: None},
        {404: "1404", 503: "OMS503"},
    ),
    describe(
        "getManifest",
        Tag.CONNECTORS,
        "Show what a connector says it can do",
        "Asks the connector for its manifest, at most once an hour, and answers with what settlement reads of it.",
        {200: ManifestAnswer},
        {404: "1404", 502: "OMS502"},
    ),
)
