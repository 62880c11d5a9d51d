"""The connectors in examples/ start by one command, pass the kit, and go on where they were after a kill."""

import json
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from conformance.__main__ import main
from tests.support.example_connector import ExampleConnector
from tests.support.headings import ROOT

PROGRAMS = {"python": "connector-python/connector.py", "node": "connector-node/connector.mjs"}
MOST_LINES = 199
KILLED_AFTER = 15
NOT_IN_THEM = {"redirect", "inbound"}
SHOP = [{"name": "Shop", "value": "Shop 7"}]


@pytest.fixture(params=PROGRAMS)
def connector(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ExampleConnector]:
    """A started connector."""
    command = sys.executable if request.param == "python" else shutil.which("node")
    assert command is not None, (
        "examples/connector-node needs Node.js 20 or newer: install it (`apt-get install nodejs`)"
    )
    connector = ExampleConnector(command, PROGRAMS[request.param], tmp_path / "journal")
    connector.start()
    yield connector
    connector.kill()


def call(connector: ExampleConnector, path: str, **body: object) -> tuple[int, Any]:
    """Post a body with the shop's custom field."""
    sent = json.dumps({"merchantSettings": SHOP, **body}).encode()
    try:
        with urlopen(Request(f"{connector.url}/{path}", sent), timeout=5) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        return refused.code, json.load(refused)


def again(connector: ExampleConnector) -> None:
    """Kill it and start it on the same journal."""
    connector.kill()
    connector.start()


def test_example_passes_every_case_that_applies(connector: ExampleConnector, tmp_path: Path) -> None:
    results = tmp_path / "results.json"

    code = main([connector.url, "--json", str(results), "--setting", "Shop=Shop 7"])

    cases = json.loads(results.read_text(encoding="utf-8"))["cases"]
    assert {case["name"]: case["reason"] for case in cases if case["outcome"] == "failed"} == {}
    assert {case["name"] for case in cases if case["outcome"] == "not applicable"} == NOT_IN_THEM
    assert code == 0


def test_books_and_answers_survive_kills(connector: ExampleConnector) -> None:
    created = call(connector, "payments", paymentId="P", value=100.00, card={"number": "4444333322221111"})
    again(connector)
    assert call(connector, "payments", paymentId="P") == created
    settled = call(connector, "payments/P/settlements", requestId="S", value=70.00)
    refused = call(connector, "payments/P/settlements", requestId="T", value=30.01)
    again(connector)
    assert call(connector, "payments/P/settlements", requestId="S", value=70.00) == settled
    assert call(connector, "payments/P/settlements", requestId="T", value=30.01) == refused
    settle_id = settled[1]["settleId"]
    refunded = call(connector, "payments/P/refunds", requestId="R", settleId=settle_id, value=69.99)
    again(connector)
    assert call(connector, "payments/P/refunds", requestId="R", settleId=settle_id, value=69.99) == refunded

    assert (settled[0], refused[0], refunded[0]) == (200, 400, 200)
    assert call(connector, "payments/P/refunds", requestId="Q", settleId=settle_id, value=0.02)[0] == 400
    assert call(connector, "payments/P/settlements", requestId="U", value=30.00)[0] == 200


def test_kill_amid_requests_loses_and_doubles_nothing(connector: ExampleConnector) -> None:
    call(connector, "payments", paymentId="P", value=100.00)
    answered: dict[str, tuple[int, Any]] = {}
    one_at_a_time = Lock()

    def settle(request_id: str) -> None:
        with suppress(OSError, HTTPException, ValueError):
            answered[request_id] = call(connector, "payments/P/settlements", requestId=request_id, value=1.00)
        with one_at_a_time:
            if len(answered) >= KILLED_AFTER:
                connector.kill()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(settle, map(str, range(40))))
    connector.start()
    repeated = {
        id_: call(connector, "payments/P/settlements", requestId=id_, value=1.00) for id_ in map(str, range(40))
    }

    assert KILLED_AFTER <= len(answered) < 40
    assert {id_: repeated[id_] for id_ in answered} == answered
    assert {status for status, _ in repeated.values()} == {200}
    assert len({told["settleId"] for _, told in repeated.values()}) == 40
    assert call(connector, "payments/P/settlements", requestId="above", value=60.01)[0] == 400
    assert call(connector, "payments/P/settlements", requestId="rest", value=60.00)[0] == 200


def test_undecided_payment_is_decided_after_a_kill(connector: ExampleConnector) -> None:
    card = {"numberToken": "token-2225"}
    first = call(connector, "payments", paymentId="P", value=100.00, card=card)
    again(connector)

    assert first[1]["status"] == "undefined"
    deadline = time.monotonic() + 5
    while call(connector, "payments", paymentId="P")[1]["status"] == "undefined":
        assert time.monotonic() < deadline
    assert call(connector, "payments", paymentId="P")[1]["status"] == "denied"


def test_torn_line_is_an_effect_that_did_not_happen(connector: ExampleConnector) -> None:
    call(connector, "payments", paymentId="P", value=100.00)
    whole = connector.journal.read_bytes()
    settled = call(connector, "payments/P/settlements", requestId="S", value=70.00)
    connector.kill()
    connector.journal.write_bytes(connector.journal.read_bytes()[:-9])
    connector.start()

    assert connector.journal.read_bytes() == whole
    other = call(connector, "payments/P/settlements", requestId="S", value=70.00)
    assert (settled[0], other[0]) == (200, 200)
    again(connector)
    assert call(connector, "payments/P/settlements", requestId="S", value=70.00) == other
    assert call(connector, "payments/P/settlements", requestId="T", value=30.01)[0] == 400


def test_request_without_the_custom_field_is_refused(connector: ExampleConnector) -> None:
    for settings in (None, [], [{"name": "Shop", "value": ""}], [{"name": "shop", "value": "1"}], "Shop"):
        status, answer = call(connector, "payments", paymentId="P", value=100.00, merchantSettings=settings)
        assert (status, answer["code"]) == (400, "invalid")
    assert call(connector, "payments/P/settlements", requestId="S", value=1)[0] == 404


@pytest.mark.parametrize("program", PROGRAMS.values())
def test_example_is_short(program: str) -> None:
    assert len((ROOT / "examples" / program).read_text(encoding="utf-8").splitlines()) <= MOST_LINES
