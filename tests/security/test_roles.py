"""Every route with every role: allowed exactly where the table of routes says so."""

import json

import pytest

from settlement.api.contract.described import Described
from settlement.api.contract.descriptions import DESCRIBED
from settlement.domain.account.account import EVERY_ROLE, Role
from testkit.nfe_documents import nfe, nfe_key
from tests.security.conftest import Toured
from tests.support.fiscal_tour import a_return

KEYED = [route for route in DESCRIBED if route.roles]
OPEN = [route for route in DESCRIBED if not route.roles]
TYPES = {Role.NOTIFY_INVOICE: "Output", Role.NOTIFY_REFUND: "Input"}
"""What an invoice's type needs, where one route serves both."""


def _body(route: Described, role: Role, body: str | None) -> str | None:
    """The route's body as a key with the role would send it."""
    if set(route.roles) != set(TYPES) or body is None:
        return body
    if route.is_xml:
        return nfe(1, "100.00") if TYPES.get(role) != "Input" else a_return(nfe_key(1))
    return json.dumps(json.loads(body) | {"type": TYPES.get(role, "Output")})


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("route", KEYED, ids=lambda route: route.name)
def test_role_opens_the_routes_it_is_listed_for_and_no_other(toured: Toured, route: Described, role: Role) -> None:
    example = toured.example(route)
    before = toured.stored()

    heard = toured.ask(example, roles=role.value, raw=_body(route, role, example.body))

    if role in route.roles:
        assert heard.status not in (401, 403), heard.text
    else:
        assert (heard.status, heard.json["error"]["code"]) == (403, "2")
        assert heard.json["error"]["exception"] is None
        assert toured.stored() == before


@pytest.mark.parametrize(
    "route", [route for route in KEYED if set(route.roles) == set(TYPES)], ids=lambda route: route.name
)
def test_one_role_of_several_opens_its_own_part_only(toured: Toured, route: Described) -> None:
    example = toured.example(route)
    for role in route.roles:
        for other in route.roles:
            heard = toured.ask(example, roles=role.value, raw=_body(route, other, example.body))
            assert (heard.status == 403) is (role is not other), heard.text


def test_role_of_notices_opens_them_and_no_way_to_move_money() -> None:
    opened = {route.name for route in KEYED if Role.NOTIFY_PAYMENT in route.roles}

    assert opened == {"notifyPaymentReceived", "notifyPaymentValueReceived", "notifyOrderPaymentReceived"}


@pytest.mark.parametrize("route", KEYED, ids=lambda route: route.name)
def test_route_needs_a_key_and_a_role(toured: Toured, route: Described) -> None:
    example, before = toured.example(route), toured.stored()

    unknown = toured.ask(example, roles=None)
    powerless = [toured.ask(example, roles=roles) for roles in ("", ",", "none", " *", "**", route.roles[0].upper())]

    assert (unknown.status, unknown.json["error"]["code"]) == (401, "1")
    assert [(heard.status, heard.json["error"]["code"]) for heard in powerless] == [(403, "2")] * len(powerless)
    assert toured.stored() == before


@pytest.mark.parametrize("route", KEYED, ids=lambda route: route.name)
def test_role_is_asked_for_before_anything_else_is_looked_at(toured: Toured, route: Described) -> None:
    heard = toured.ask(toured.example(route), roles="none", raw="{", query={"limit": "x", "page": "x", "maxlot": "x"})

    assert heard.status == 403


@pytest.mark.parametrize("route", KEYED, ids=lambda route: route.name)
def test_star_opens_every_route(toured: Toured, route: Described) -> None:
    assert toured.ask(toured.example(route), roles=f"none,{EVERY_ROLE}").status not in (401, 403)


@pytest.mark.parametrize("route", OPEN, ids=lambda route: route.name)
def test_open_route_needs_no_key(toured: Toured, route: Described) -> None:
    assert toured.ask(toured.example(route), roles=None).status in {*route.answers, 409}
