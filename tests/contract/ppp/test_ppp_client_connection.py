"""Connections that fail, stall or drip, and addresses that must not be called."""

import logging
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from settlement.connectors import exact_json
from settlement.connectors.deadline_transport import address_of, host_of
from settlement.connectors.ppp import PaymentProviderClient
from settlement.domain.connectors.connector import Credentials
from settlement.domain.connectors.connector_calls import Done, Unknown
from tests.contract.ppp.provider import PATIENCE_SECONDS, SETTLE, Provider, answer, client, drip, good, move, raw, stall


class TestConnectionFails:
    @pytest.mark.parametrize(
        "text",
        [
            b"",
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + b'{"settleId":"1","value":70}',
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
            b"220 smtp.example ready\r\n",
            b"HTTP/1.1 abc\r\n\r\n",
        ],
    )
    def test_cut_or_foreign_answer_is_unknown(self, provider: Provider, text: bytes) -> None:
        provider.respond = raw(text)
        outcome = move(provider, "settle")
        assert isinstance(outcome, Unknown)
        assert outcome.exchange.status is None
        assert outcome.reason

    @pytest.mark.parametrize("fewer", [1, 0])
    def test_answer_of_at_most_1_mb_is_read(self, provider: Provider, fewer: int) -> None:
        provider.respond = answer(200, _of_bytes(1_000_000 - fewer))
        assert isinstance(move(provider, "settle"), Done)

    @pytest.mark.parametrize("size", [1_000_001, 100_000_000])
    def test_answer_above_1_mb_is_unknown(self, provider: Provider, size: int) -> None:
        provider.respond = answer(200, _of_bytes(size))
        outcome = move(provider, "settle")
        assert isinstance(outcome, Unknown)
        assert "larger than 1000000 bytes" in outcome.reason

    @pytest.mark.parametrize(
        "sent",
        [
            b"",
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        ],
    )
    def test_stalled_answer_ends_at_the_deadline(self, provider: Provider, sent: bytes) -> None:
        provider.respond = stall(provider, sent)
        _assert_ends_at_deadline(provider)

    def test_dripped_body_ends_at_the_deadline(self, provider: Provider) -> None:
        text = exact_json.write(good("settle", message="x" * 5_000)).encode()
        provider.respond = drip(provider, b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))
        _assert_ends_at_deadline(provider)

    def test_dripped_headers_end_at_the_deadline(self, provider: Provider) -> None:
        provider.respond = drip(provider, b"HTTP/1.1 200 OK\r\n" + b"X-Header: 1\r\n" * 1_000)
        _assert_ends_at_deadline(provider)

    def test_peer_that_accepts_and_never_reads_ends_at_the_deadline(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            _assert_ends_at_deadline(Provider(listener.getsockname()[1], raw(b"")))

    def test_tls_handshake_that_never_comes_ends_at_the_deadline(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            served = Provider(listener.getsockname()[1], raw(b""))
            _assert_ends_at_deadline(served, f"https://127.0.0.1:{served.port}")

    def test_name_look_up_that_hangs_ends_at_the_deadline(
        self, provider: Provider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def look_up(*_: object, **__: object) -> list[object]:
            provider.released.wait(30)
            return []

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        _assert_ends_at_deadline(provider, "https://connector.example")

    def test_refused_connection_is_unknown(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        outcome = move(Provider(port, raw(b"")), "settle")
        assert isinstance(outcome, Unknown)
        assert "no connection" in outcome.reason

    def test_unknown_host_is_unknown(self) -> None:
        connector = replace(Provider(1, raw(b"")).connector, service_url="https://connector.invalid")
        outcome = client().settle(connector, SETTLE)
        assert isinstance(outcome, Unknown)
        assert outcome.reason == "no connection: the name connector.invalid cannot be resolved"

    def test_server_without_tls_behind_https_is_unknown(self, provider: Provider) -> None:
        provider.respond = raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connector = replace(provider.connector, service_url=f"https://127.0.0.1:{provider.port}")
        outcome = client(2).settle(connector, SETTLE)
        assert isinstance(outcome, Unknown)

    def test_connection_closed_after_an_answer_does_not_harm_the_next_call(self, provider: Provider) -> None:
        caller = client()
        body = exact_json.write(good("settle")).encode()
        provider.respond = raw(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        for _ in range(3):
            assert isinstance(caller.settle(provider.connector, SETTLE), Done)
            time.sleep(0.02)

    def test_connection_is_kept_for_the_next_call(self, provider: Provider) -> None:
        peers = set()
        respond = answer(200, good("settle"))

        def remember(connection: socket.socket) -> None:
            peers.add(connection.getpeername())
            respond(connection)

        provider.respond = remember
        caller = client()
        for _ in range(3):
            assert isinstance(caller.settle(provider.connector, SETTLE), Done)
        assert len(peers) == 1


def _assert_ends_at_deadline(provider: Provider, url: str | None = None) -> None:
    connector = replace(provider.connector, service_url=url) if url else provider.connector
    started = time.monotonic()
    outcome = client(timeout_seconds=0.5).settle(connector, SETTLE)
    assert 0.45 < time.monotonic() - started < PATIENCE_SECONDS
    assert isinstance(outcome, Unknown)
    assert "0.5 s" in outcome.reason
    assert outcome.exchange.status is None
    assert 450 < outcome.exchange.duration_ms < PATIENCE_SECONDS * 1000


class TestAddress:
    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("http://connector.example", "must start with https"),
            ("http://10.0.0.1:8080", "must start with https"),
            ("http://127.0.0.1.example", "must start with https"),
            ("ftp://127.0.0.1", "not an https URL"),
            ("connector.example", "not an https URL"),
            ("", "not an https URL"),
            ("https://", "not an https URL"),
            ("https://u:p@connector.example", "has credentials"),
            ("https://connector.example?x=1", "a query"),
            ("https://connector.example:port", "not a URL"),
            ("https://[::1", "not a URL"),
        ],
    )
    def test_address_that_must_not_be_called_is_unknown_with_its_reason(self, url: str, reason: str) -> None:
        connector = replace(Provider(1, raw(b"")).connector, service_url=url)
        outcome = client().settle(connector, SETTLE)
        assert isinstance(outcome, Unknown)
        assert reason in outcome.reason

    @pytest.mark.parametrize(
        "address",
        [
            *("10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "169.254.169.254", "127.0.0.1", "0.0.0.0"),
            *("224.0.0.1", "::1", "fe80::1", "fd00:ec2::254", "::ffff:10.0.0.1", "2002:a00:1::", "64:ff9b::a00:1"),
        ],
    )
    def test_name_that_leads_inside_is_not_connected_to(
        self, provider: Provider, monkeypatch: pytest.MonkeyPatch, address: str
    ) -> None:
        def look_up(host: str, port: int, **_: object) -> list[object]:
            outside = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))
            return [outside, (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

        def connect(*_: object, **__: object) -> socket.socket:
            raise AssertionError("a connection was made")

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        monkeypatch.setattr(socket, "create_connection", connect)
        connector = replace(provider.connector, service_url="https://connector.example")
        caller = client(allow_loopback=False)

        outcome = caller.settle(connector, SETTLE)

        assert isinstance(outcome, Unknown)
        assert "not of the public internet" in outcome.reason
        assert "not of the public internet" in str(caller.address_fault("https://connector.example"))

    def test_address_of_the_public_internet_has_no_fault(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = []

        def look_up(host: str, port: int, **_: object) -> list[object]:
            asked.append((host, port))
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)

        assert client(allow_loopback=False).address_fault("https://connector.example:8443/ppp") is None
        assert asked == [("connector.example", 8443)]

    def test_name_that_hangs_is_a_fault_within_the_deadline(
        self, provider: Provider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def look_up(*_: object, **__: object) -> list[object]:
            provider.released.wait(30)
            return []

        monkeypatch.setattr(socket, "getaddrinfo", look_up)

        assert "within 0.3 s" in str(client(0.3).address_fault("https://connector.example"))

    def test_this_machine_is_called_only_where_the_sandbox_is(self, provider: Provider) -> None:
        url = provider.connector.service_url
        assert client(allow_loopback=True).address_fault(url) is None
        assert "must start with https" in str(client(allow_loopback=False).address_fault(url))
        secure = f"https://127.0.0.1:{provider.port}"
        assert "not of the public internet" in str(client(allow_loopback=False).address_fault(secure))

    def test_nothing_is_sent_without_credentials(self, provider: Provider) -> None:
        def none(_: object) -> Credentials:
            raise LookupError("connector provider has no credentials")

        with pytest.raises(LookupError):
            PaymentProviderClient(5, none, allow_loopback=True).settle(provider.connector, SETTLE)
        assert provider.requests == []

    def test_loopback_without_tls_is_refused_unless_allowed(self, provider: Provider) -> None:
        outcome = client(allow_loopback=False).settle(provider.connector, SETTLE)
        assert isinstance(outcome, Unknown)
        assert "must start with https" in outcome.reason
        assert provider.requests == []

    def test_key_that_cannot_be_a_header_is_unknown(self, provider: Provider) -> None:
        for credentials in (Credentials("a\r\nX-Injected: 1", "token"), Credentials("ключ", "token")):
            caller = PaymentProviderClient(5, {provider.connector: credentials}.__getitem__, allow_loopback=True)
            outcome = caller.settle(provider.connector, SETTLE)
            assert isinstance(outcome, Unknown)
        assert provider.requests == []

    def test_key_that_is_no_header_says_so_without_the_key(self, provider: Provider) -> None:
        caller = PaymentProviderClient(5, lambda _: Credentials("ключ", "token"), allow_loopback=True)
        outcome = caller.settle(provider.connector, SETTLE)
        assert isinstance(outcome, Unknown)
        assert outcome.reason == "the connector's address or keys have characters that HTTP does not take"

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    @pytest.mark.parametrize("location", ["/elsewhere", "http://[", "https://elsewhere.example"])
    def test_redirect_is_an_answer_and_not_followed(self, provider: Provider, status: int, location: str) -> None:
        provider.respond = raw(f"HTTP/1.1 {status} X\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())
        outcome = move(provider, "settle")
        assert isinstance(outcome, Unknown)
        assert str(status) in outcome.reason
        assert len(provider.requests) == 1

    def test_cookies_and_encodings_of_an_answer_have_no_effect(self, provider: Provider) -> None:
        caller = client()
        provider.respond = answer(200, good("settle"), "Set-Cookie: a=b\r\nContent-Encoding: gzip\r\n")
        for _ in range(2):
            assert isinstance(caller.settle(provider.connector, SETTLE), Done)
        assert [("cookie" in sent, sent["accept-encoding"]) for _, sent, _ in provider.requests] == [
            (False, "identity")
        ] * 2

    def test_http_library_logs_no_address(self, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
        provider.respond = answer(200, good("settle"))
        with caplog.at_level(logging.INFO):
            move(provider, "settle")
        assert not caplog.records

    def test_proxies_of_the_environment_are_ignored(self, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
        provider.respond = answer(200, good("settle"))
        assert isinstance(move(provider, "settle"), Done)


@pytest.mark.parametrize(
    ("url", "host", "target"),
    [
        ("https://connector.example/ppp/payments/../a%2Fb?x=1", b"connector.example", b"/ppp/payments/../a%2Fb?x=1"),
        ("https://connector.example:443", b"connector.example", b"/"),
        ("https://Connector.example:80/", b"connector.example:80", b"/"),
        ("http://127.0.0.1:8080/a", b"127.0.0.1:8080", b"/a"),
        ("https://[2001:db8::1]/a", b"[2001:db8::1]", b"/a"),
        ("https://[2001:db8::1]:8443/a", b"[2001:db8::1]:8443", b"/a"),
    ],
)
def test_address_is_sent_as_it_is_written(url: str, host: bytes, target: bytes) -> None:
    address = address_of(url)

    assert (host_of(address), address.target) == (host, target)


def test_http_library_is_imported_at_the_first_call_only() -> None:
    code = (
        "import sys; from settlement.connectors.ppp import PaymentProviderClient; "
        "PaymentProviderClient(1, str, allow_loopback=True); "
        "assert not {'httpx', 'httpcore', 'ssl', 'boto3'} & set(sys.modules)"
    )
    layer = Path(__file__).parents[3] / "layers" / "settlement"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(layer)})


def _of_bytes(size: int) -> str:
    """A good answer to a settlement that has so many bytes."""
    empty = exact_json.write(good("settle", message=""))
    return exact_json.write(good("settle", message="x" * (size - len(empty))))
