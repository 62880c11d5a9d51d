"""Keys made by the command work on the running stack, and stop working within the documented time."""

import re
import time

import pytest

from operations.command_line import main
from operations.keys import CACHED_SECONDS
from operations.running_stack import Facts
from testkit.api import Api, new_id

ROOM_SECONDS = 15.0
"""For a machine that is busy."""


def _made(capsys: pytest.CaptureFixture[str], facts: Facts, *words: str) -> Api:
    """Run the command, and return a client with the pair that it shows."""
    assert main(["key", *words]) == 0
    shown = dict(re.findall(r"^(X-VTEX-API-\w+): (\S+)$", capsys.readouterr().out, re.MULTILINE))
    return Api(facts.base_url, shown["X-VTEX-API-AppKey"], shown["X-VTEX-API-AppToken"])


def test_key_has_its_roles_and_ends_within_the_documented_time(
    facts: Facts, capsys: pytest.CaptureFixture[str]
) -> None:
    key = f"key-{new_id()}"
    api = _made(capsys, facts, "create", key, "--account", "demo", "--role", "view-order")
    assert api.get("/api/oms/pvt/orders").status == 200
    assert api.get("/api/oms/pvt/account/settings").status == 403
    rotated = _made(capsys, facts, "rotate", key, "--overlap", "1")
    assert [client.get("/api/oms/pvt/orders").status for client in (api, rotated)] == [200, 200]

    assert main(["key", "disable", key]) == 0

    deadline = time.monotonic() + CACHED_SECONDS + ROOM_SECONDS
    while {client.get("/api/oms/pvt/orders").status for client in (api, rotated)} != {401}:
        assert time.monotonic() < deadline, "a disabled key still works"
        time.sleep(1)
    assert main(["key", "list", "--account", "demo"]) == 0
    assert [key, "disabled", "view-order"] in [line.split()[:3] for line in capsys.readouterr().out.splitlines()]
