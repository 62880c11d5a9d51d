"""The hook's client against a real HTTP server, and the addresses it never calls."""

import hmac
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from settlement.connectors.hook_client import HookClient
from settlement.connectors.public_address import address_rule, is_public, url_fault
from settlement.domain.account.feed import Hook, StatusUpdate
from testkit.builders import ACCOUNT, NOON

UPDATE = StatusUpdate("T-transaction-4", "1-01", "handling", NOON, "ready-for-handling", NOON)


class Integrator(ThreadingHTTPServer):
    """Records what is posted and answers as it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: tuple[int, bytes, dict[str, str]] = (200, b"", {})
        self.pause_seconds = 0.0
        self.received: list[tuple[dict[str, str], Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?store=1"


class _Handler(BaseHTTPRequestHandler):
    server: Integrator

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.received.append((dict(self.headers.items()), body))
        time.sleep(self.server.pause_seconds)
        status, content, headers = self.server.answers
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def integrator() -> Iterator[Integrator]:
    server = Integrator()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def client() -> HookClient:
    return HookClient(allow_loopback=True, timeout_seconds=30)


def hook(url: str) -> Hook:
    """A hook with a header."""
    return Hook("erp", url, (("key", "value"),))


def test_notification_of_work_has_the_item(integrator: Integrator, client: HookClient) -> None:
    opened = StatusUpdate("T-work-1-1", "1-01", "WorkItemOpened", NOON, work_item={"kind": "manual-refund"})

    assert client.notify(ACCOUNT, hook(integrator.url), opened, NOON).error is None

    [(_, notification)] = integrator.received
    assert (notification["Domain"], notification["State"]) == ("Work", "WorkItemOpened")
    assert notification["WorkItem"] == {"kind": "manual-refund"}


def test_ping_and_notification_have_the_published_bodies(integrator: Integrator, client: HookClient) -> None:
    assert client.ping(hook(integrator.url), NOON) is None
    assert client.notify(ACCOUNT, hook(integrator.url), UPDATE, NOON).error is None

    (headers, ping), (_, notification) = integrator.received
    assert ping == {"hookConfig": "ping"}
    assert (headers["key"], headers["Content-Type"]) == ("value", "application/json")
    assert notification == {
        "Domain": "Fulfillment",
        "OrderId": "1-01",
        "State": "handling",
        "LastState": "ready-for-handling",
        "LastChange": "2026-03-01T12:00:00.0000000Z",
        "CurrentChange": "2026-03-01T12:00:00.0000000Z",
        "Origin": {"Account": ACCOUNT, "Key": "erp"},
    }


@pytest.mark.parametrize("status", [204, 201])
def test_any_2xx_is_taken(integrator: Integrator, client: HookClient, status: int) -> None:
    integrator.answers = (status, b"", {})

    assert client.notify(ACCOUNT, hook(integrator.url), UPDATE, NOON).error is None


@pytest.mark.parametrize("status", [301, 307, 400, 401, 500])
def test_anything_else_is_a_failure_and_no_redirect_is_followed(
    integrator: Integrator, client: HookClient, status: int
) -> None:
    integrator.answers = (status, b"", {"Location": integrator.url})

    assert client.notify(ACCOUNT, hook(integrator.url), UPDATE, NOON).error == f"it answered with {status}"
    assert len(integrator.received) == 1


def test_late_answer_and_large_answer_are_failures(integrator: Integrator, client: HookClient) -> None:
    integrator.answers = (200, b"x" * 1_000_001, {})
    assert "larger" in (client.notify(ACCOUNT, hook(integrator.url), UPDATE, NOON).error or "")

    integrator.answers, integrator.pause_seconds = (200, b"", {}), 3
    hasty = HookClient(allow_loopback=True, timeout_seconds=1)
    assert "within 1 s" in (hasty.notify(ACCOUNT, hook(integrator.url), UPDATE, NOON).error or "")


def test_this_machine_is_called_only_where_that_is_allowed(integrator: Integrator) -> None:
    strict = HookClient(allow_loopback=False, timeout_seconds=30)

    assert "the address must start with https; only the local stack" in (strict.ping(hook(integrator.url), NOON) or "")
    assert "not of the public internet" in (
        strict.ping(hook(f"https://127.0.0.1:{integrator.server_port}"), NOON) or ""
    )
    assert integrator.received == []


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "10.0.0.1", "[fd00:ec2::254]", "2130706433", "0x7f.1", "localhost"]
)
def test_addresses_inside_are_never_connected_to_however_they_are_written(host: str) -> None:
    failure = HookClient(allow_loopback=False, timeout_seconds=30).ping(hook(f"https://{host}/latest/meta-data"), NOON)

    assert failure is not None
    assert "not of the public internet" in failure or "cannot be resolved" in failure


@pytest.mark.parametrize(
    "url",
    [
        "http://erp.example/hook",
        "http://localhost/hook",
        "ftp://erp.example",
        "erp.example",
        "https://",
        "https://user:secret@erp.example",  # pragma: allowlist secret
        "https://erp.example:port",
        "https://erp.example/#part",
    ],
)
def test_url_that_is_never_called(url: str) -> None:
    assert url_fault(url, allow_loopback=False) is not None


def test_urls_that_are_called() -> None:
    assert url_fault("https://erp.example/hook?store=1", allow_loopback=False) is None
    assert url_fault("http://localhost:8080/", allow_loopback=True) is None
    assert url_fault("http://10.0.0.1:8080/", allow_loopback=True) is not None


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fd00:ec2::254", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", False),
        ("2002:a00:1::", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("not an address", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_rule_for_addresses_lets_this_machine_through_only_where_that_is_allowed() -> None:
    assert address_rule(allow_loopback=True)("127.0.0.1") is None
    assert address_rule(allow_loopback=True)("10.0.0.1") is not None
    assert address_rule(allow_loopback=False)("127.0.0.1") is not None


def test_call_is_signed_with_each_secret_over_time_and_body(integrator: Integrator, client: HookClient) -> None:
    signed = Hook("erp", integrator.url, secrets=("new", "old"))

    called = client.notify(ACCOUNT, signed, UPDATE, NOON)

    [(headers, notification)] = integrator.received
    time, *given = headers["Quita-Signature"].split(",")
    body = json.dumps(notification, separators=(",", ":"))
    assert time == f"t={int(NOON.timestamp())}"
    assert given == [
        f"v1={hmac.new(secret, f'{time[2:]}.{body}'.encode(), 'sha256').hexdigest()}" for secret in (b"new", b"old")
    ]
    assert (called.status, called.error, called.duration_ms >= 0) == (200, None, True)


def test_hook_without_a_secret_is_called_without_a_signature(integrator: Integrator, client: HookClient) -> None:
    client.notify(ACCOUNT, hook(integrator.url), UPDATE, NOON)

    [(headers, _)] = integrator.received
    assert "Quita-Signature" not in headers


def test_secrets_are_not_in_what_a_hook_is_printed_as() -> None:
    assert "hush" not in repr(Hook("erp", "https://a.example", secrets=("hush",)))
