"""Warms up every function on an order's way by a first call before the user's."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from local.deployment import client
from local.progress import step
from local.seed import ACCOUNT, APP_KEY, APP_TOKEN

NOTHING = "warm-up"
"""Id of an order and a transaction that do not exist, so that the calls change nothing."""

_ORDER = f"/api/oms/pvt/orders/{NOTHING}"
_REQUESTS = (
    ("GET", _ORDER),
    ("GET", f"/api/pvt/transactions/{NOTHING}"),
    ("GET", "/api/pvt/payment-systems"),
    ("GET", "/sandbox-connector/sandbox/manifest"),
    ("POST", f"{_ORDER}/invoice"),
    ("POST", f"{_ORDER}/changes"),
)
_EVENTS: dict[str, dict[str, object]] = {
    "event_relay": {"Records": []},
    "settlement_steps": {
        "step": "attempt",
        "execution": NOTHING,
        "startedAt": "2026-01-01T00:00:00Z",
        "account": ACCOUNT,
        "transactionId": NOTHING,
        "operation": 1,
    },
}


def warm_up(base_url: str, functions: dict[str, str], aws_port: int) -> None:
    """Load the functions on an order's way; their answers are ignored."""
    with step("loading the functions"), ThreadPoolExecutor() as calls:
        for method, path in _REQUESTS:
            calls.submit(_send, method, base_url + path)
        for folder, event in _EVENTS.items():
            calls.submit(_invoke, functions[folder], event, aws_port)


def _send(method: str, url: str) -> None:
    headers = {"X-VTEX-API-AppKey": APP_KEY, "X-VTEX-API-AppToken": APP_TOKEN, "Content-Type": "application/json"}
    body = b"{}" if method == "POST" else None
    try:
        urlopen(Request(url, data=body, headers=headers, method=method), timeout=30).close()
    except HTTPError as answer:
        answer.close()


def _invoke(function: str, event: dict[str, object], aws_port: int) -> None:
    client("lambda", aws_port).invoke(FunctionName=function, Payload=json.dumps(event).encode())
