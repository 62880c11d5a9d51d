"""Accounts are walls: what is another account's is the same as what is not there, whatever is tried."""

import json
import re
from itertools import cycle
from urllib.parse import quote

import pytest

from settlement.api.contract.described import Described
from settlement.api.contract.descriptions import DESCRIBED
from testkit.builders import ACCOUNT
from tests.security.conftest import Toured
from tests.support.service import Asked, Heard

KEYED = [route for route in DESCRIBED if route.roles]
NAMED = [route for route in DESCRIBED if "{" in route.path]
UNNAMED = [route for route in KEYED if "{" not in route.path]
CALLBACKS = [route for route in NAMED if route.function == "connector_callback"]
STRANGER = "stranger"
TRICKS = (
    f"{ACCOUNT}#ORDER#first",
    f"../{ACCOUNT}/first",
    "..",
    "%2e%2e%2ffirst",
    "first#ORDER",
    "first%00",
    "first\x00",
    "first\r\nX-Injected: 1",
    "\ud800",
    "\u202etsrif",
    "x" * 5000,
    "*",
    "LINE#0001-A",
)


def _ids(route: Described, asked: Asked) -> dict[str, str]:
    """The ids in a request's path, by parameter."""
    pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", route.path)
    found = re.fullmatch(pattern, asked.path)
    assert found is not None
    return found.groupdict()


def _path(route: Described, ids: dict[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda name: ids[name[1]], route.path)


def _without(heard: Heard, ids: dict[str, str]) -> str:
    """The answer's text with the ids that were asked for taken out; a digit of a code is no id."""
    text = heard.text
    for id_ in ids.values():
        text = re.sub(rf"(?<![0-9A-Za-z]){re.escape(id_)}(?![0-9A-Za-z])", "…", text)
    return re.sub(r"[0-9]+/[0-9]+", "…", text)


@pytest.mark.parametrize("route", [route for route in NAMED if route.roles], ids=lambda route: route.name)
def test_another_accounts_id_is_the_same_as_an_unknown_one(toured: Toured, route: Described) -> None:
    example = toured.example(route)
    ids, before = _ids(route, example), toured.stored()
    unknown_ids = {
        name: re.sub(r"[0-9]", "9", id_) if "-" in id_ or id_.isdigit() else "unknown" for name, id_ in ids.items()
    }

    foreign = toured.ask(example, account=STRANGER)
    unknown = toured.ask(example, account=STRANGER, path=_path(route, unknown_ids))

    assert foreign.status == unknown.status == 404
    assert _without(foreign, ids) == _without(unknown, unknown_ids)
    assert toured.stored() == before


@pytest.mark.parametrize("route", UNNAMED, ids=lambda route: route.name)
def test_route_without_an_id_shows_and_changes_nothing_of_another_account(toured: Toured, route: Described) -> None:
    example = toured.example(route)
    things, feeds = toured.stored()
    order_ids = {held.order_id for held in things.values() if hasattr(held, "order_id")}

    heard = toured.ask(example, account=STRANGER)

    sent = example.body or ""
    assert [id_ for id_ in order_ids if f'"{id_}"' in heard.text and f'"{id_}"' not in sent] == []
    now, feeds_now = toured.stored()
    mine = {key: thing for key, thing in now.items() if STRANGER not in key}
    assert mine == {key: thing for key, thing in things.items() if STRANGER not in key}
    for held, held_now in zip(feeds, feeds_now, strict=True):
        assert {key: held_now.get(key) for key in held if key[0] == ACCOUNT} == {
            key: thing for key, thing in held.items() if key[0] == ACCOUNT
        }


@pytest.mark.parametrize("route", NAMED, ids=lambda route: route.name)
def test_ids_that_are_tricks_lead_nowhere(toured: Toured, route: Described) -> None:
    example = toured.example(route)
    ids, before = _ids(route, example), toured.stored()

    for trick, name in zip((*TRICKS, *TRICKS), cycle(ids)):
        for written in {trick, quote(trick, safe="", errors="surrogatepass")}:
            asked = _path(route, ids | {name: written})
            heard = toured.ask(example, path=asked, route=route)
            assert heard.status in (400, 401, 404), (asked, heard)
            assert all("\n" not in str(value) and "\r" not in str(value) for value in heard.headers.values())

    assert toured.stored() == before


@pytest.mark.parametrize("name", ["an", "accountName"])
@pytest.mark.parametrize("route", KEYED, ids=lambda route: route.name)
def test_query_may_name_the_keys_account_and_no_other(toured: Toured, route: Described, name: str) -> None:
    example, before = toured.example(route), toured.stored()

    wrong = [
        toured.ask(example, query={**(example.query or {}), name: other})
        for other in (STRANGER, "", ACCOUNT.upper(), f"{ACCOUNT}#", f"{ACCOUNT} ", "\ud800", "x" * 5000)
    ]
    assert [(heard.status, heard.json["error"]["code"]) for heard in wrong] == [(403, "2")] * len(wrong)
    assert toured.stored() == before

    right = toured.ask(example, query={**(example.query or {}), name: ACCOUNT})
    assert right.status != 403


def test_one_of_two_account_names_that_is_wrong_is_refused(toured: Toured) -> None:
    route = next(route for route in DESCRIBED if route.name == "getSettings")
    for values in ([STRANGER, ACCOUNT], [ACCOUNT, STRANGER]):
        assert toured.ask(toured.example(route), query={"an": values}).status == 403


def test_cursor_of_another_accounts_timeline_shows_none_of_it(toured: Toured) -> None:
    route = next(route for route in DESCRIBED if route.name == "listInteractions")
    example = toured.example(route)
    page = toured.ask(example, query={"limit": "3"})
    link = re.fullmatch(r"<[^?]+\?(.+)>; rel=\"next\"", page.headers["Link"])
    assert link is not None
    cursor = dict(part.split("=") for part in link[1].split("&"))["after"]

    foreign = toured.ask(example, account=STRANGER, query={"limit": "3", "after": cursor})

    assert foreign.status == 404


@pytest.mark.parametrize("route", CALLBACKS, ids=lambda route: route.name)
def test_forged_callback_changes_nothing(toured: Toured, route: Described) -> None:
    example, before = toured.example(route), toured.stored()
    query = dict(example.query or {})
    right = str(query["X-VTEX-signature"])
    payments = [thing for thing in before[0].values() if hasattr(thing, "signature")]
    other = next(payment.signature for payment in payments if payment.signature != right)

    forged = [
        toured.ask(example, roles=None, query=query | {"X-VTEX-signature": signature})
        for signature in (other, "", right[:-1], right.lower() + "x", f"{right} ", "\ud800", "é", "x" * 5000)
    ]
    nameless = toured.ask(example, roles=None, query={"accountName": ACCOUNT})
    foreign = [
        toured.ask(example, roles=None, query=query | {"accountName": account})
        for account in (STRANGER, "", f"{ACCOUNT}#TXN", f"{ACCOUNT}\x00", "\ud800", "x" * 5000)
    ]

    assert [heard.status for heard in (*forged, nameless)] == [401] * (len(forged) + 1)
    assert [heard.status for heard in foreign] == [404] * len(foreign)
    assert toured.stored() == before


HINTS = [route for route in CALLBACKS if route.name != "relayInbound"]
"""What an inbound request asks is the connector's to know: each is handed on, and is a line of the timeline."""


@pytest.mark.parametrize("route", HINTS, ids=lambda route: route.name)
def test_replayed_callback_of_a_decided_payment_changes_nothing(toured: Toured, route: Described) -> None:
    example, before = toured.example(route), toured.stored()

    answers = [toured.ask(example, roles=None, raw=body) for body in (None, "", "{", json.dumps({"status": "denied"}))]

    assert [heard.status for heard in answers] == [200] * len(answers)
    assert toured.stored() == before
