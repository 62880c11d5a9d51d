"""The service's own DynamoDB client against a server that fails in every way a server can."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import reduce
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Barrier, Thread
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, NoCredentialsError, SSLError

from settlement.environment import ENVIRONMENT
from settlement.storage import connections
from settlement.storage.dynamodb import DynamoDBStore
from settlement.storage.dynamodb_client import DynamoDB
from settlement.use_cases.shared.ports import Commit, Conflict, Unavailable
from testkit.builders import ACCOUNT, ORDER_ID, TRANSACTION_ID, a_transaction, an_order
from testkit.loading import ROOT
from tests.support.certificates import certificate_for
from tests.support.unreliable_server import (
    HANGING_PEER_SECONDS,
    Behaviour,
    UnreliableServer,
    answer,
    answer_with_checksum,
    drip,
    hang_up,
    refuse,
    say_nothing,
    stop_halfway,
)

HANGING_SECONDS = 1.5
"""How long an answer that does not come in time is waited for."""
PATIENT_SECONDS = 30.0
"""How long any other is: a busy machine answers late, which is no fault of the service's."""


def _speak_ssh(connection: socket.socket) -> bool:
    connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n")
    return False


KEY = {"PK": {"S": "a"}, "SK": {"S": "b"}}
TOGETHER = Commit(ACCOUNT, ORDER_ID, TRANSACTION_ID, order=an_order(), transaction=a_transaction())

FAULTS: dict[str, Behaviour] = {
    "500": refuse("InternalServerError", 500),
    "503 without JSON": answer(503, b"<html>busy</html>"),
    "200 without JSON": answer(200, b"<html>hello</html>"),
    "200 with a list": answer(200, b"[]"),
    "wrong checksum": answer_with_checksum(b'{"Item": {}}', of=b"{}"),
    "no answer at all": hang_up,
    "torn answer": answer(200, b'{"Item": {', length=1000, goes_on=False),
    "half-closed in the middle": stop_halfway,
    "silence": say_nothing,
    "byte by byte": drip,
    "no HTTP": _speak_ssh,
}
HANGING = {"silence", "byte by byte"}
THROTTLED = ("ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


@pytest.fixture
def server() -> Iterator[UnreliableServer]:
    """A server of the test's own."""
    with UnreliableServer() as server:
        yield server


class Patient(DynamoDB):
    """A client whose pauses are noted, not made."""

    def __init__(self, url: str, try_seconds: float = PATIENT_SECONDS) -> None:
        self.pauses: list[float] = []
        super().__init__(
            url,
            "eu-west-1",
            ENVIRONMENT.variables,
            connect_seconds=PATIENT_SECONDS,
            try_seconds=try_seconds,
            tries=3,
            pause=self.pauses.append,
            authorities=ENVIRONMENT.certificate_authorities,
        )


@pytest.fixture
def client(server: UnreliableServer) -> Patient:
    """A client of that server."""
    return Patient(server.url)


def asking_for(fault: str, server: UnreliableServer) -> Patient:
    """A client that waits no longer than that fault needs."""
    return Patient(server.url, HANGING_SECONDS if fault in HANGING else PATIENT_SECONDS)


def store(client: DynamoDB) -> DynamoDBStore:
    return DynamoDBStore(cast(Any, client), "table")


@pytest.mark.parametrize("name", FAULTS)
def test_fault_that_passes_is_not_noticed(server: UnreliableServer, name: str) -> None:
    client = asking_for(name, server)
    server.behaviours += [FAULTS[name], FAULTS[name]]

    store(client).commit(TOGETHER)

    assert len({asked.json["ClientRequestToken"] for asked in server.asked}) == 1
    assert len(server.asked) == 3
    assert len(client.pauses) == 2


@pytest.mark.parametrize("name", FAULTS)
def test_fault_that_stays_is_an_outage_after_three_tries(server: UnreliableServer, name: str) -> None:
    client = asking_for(name, server)
    server.behaviours += [FAULTS[name]] * 3
    before = time.monotonic()

    with pytest.raises(Unavailable):
        store(client).commit(TOGETHER)

    assert len(server.asked) == 3
    assert time.monotonic() - before < HANGING_PEER_SECONDS


@pytest.mark.parametrize("code", [*THROTTLED, "TransactionInProgressException"])
def test_refusal_that_passes_is_waited_for(server: UnreliableServer, client: Patient, code: str) -> None:
    server.behaviours += [refuse(code), refuse(code)]

    client.transact_write_items(TransactItems=[])

    first, second, third = (asked.json["ClientRequestToken"] for asked in server.asked)
    assert first == second == third


def test_pauses_are_anything_up_to_a_limit_that_doubles(server: UnreliableServer, client: Patient) -> None:
    for behaviour, limit in ((refuse("ThrottlingException"), 1.0), (refuse("InternalServerError", 500), 0.1)):
        client.pauses.clear()
        for _ in range(40):
            server.behaviours += [behaviour, behaviour]
            client.get_item(TableName="table", Key=KEY)
        for pauses, longest in ((client.pauses[::2], limit), (client.pauses[1::2], 2 * limit)):
            assert 0 <= min(pauses) < longest / 4
            assert longest * 3 / 4 < max(pauses) <= longest


def test_each_transaction_has_a_token_of_its_own(server: UnreliableServer, client: Patient) -> None:
    for token in (None, None, "given"):
        client.transact_write_items(TransactItems=[], **({"ClientRequestToken": token} if token else {}))

    first, second, third = (asked.json["ClientRequestToken"] for asked in server.asked)
    assert first != second
    assert third == "given"


@pytest.mark.parametrize(
    "refusal",
    [
        refuse("ConditionalCheckFailedException"),
        refuse("TransactionConflictException"),
        refuse("TransactionCanceledException", CancellationReasons=[{"Code": "TransactionConflict"}, {"Code": "None"}]),
    ],
)
def test_lost_race_is_a_conflict_at_once(server: UnreliableServer, client: Patient, refusal: Behaviour) -> None:
    server.behaviours += [refusal]

    with pytest.raises(Conflict):
        store(client).commit(TOGETHER)

    assert len(server.asked) == 1


def test_refusal_is_told_as_boto3_tells_it(server: UnreliableServer, client: Patient) -> None:
    reasons = [{"Code": "ValidationError", "Message": "too long"}, {"Code": "None"}]
    server.behaviours += [refuse("TransactionCanceledException", CancellationReasons=reasons)]

    with pytest.raises(ClientError) as raised:
        client.transact_write_items(TransactItems=[])

    assert raised.value.operation_name == "TransactWriteItems"
    assert raised.value.response["Error"] == {"Code": "TransactionCanceledException", "Message": "no"}
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert raised.value.response["CancellationReasons"] == reasons


def test_binary_content_goes_and_comes_as_bytes(server: UnreliableServer, client: Patient) -> None:
    content = {"log": {"B": b"\x00\xff"}, "B": {"S": '"B":'}, "in": {"L": [{"M": {"B": {"B": b""}}}]}}
    client.put_item(TableName="table", Item=content)
    server.behaviours += [answer_with_checksum(json.dumps({"Item": server.asked[0].json["Item"]}).encode())]

    assert client.get_item(TableName="table", Key=KEY) == {"Item": content}


def test_connection_is_kept(server: UnreliableServer, client: Patient) -> None:
    for _ in range(3):
        client.get_item(TableName="table", Key=KEY)

    assert [asked.connection for asked in server.asked] == [1, 1, 1]
    assert server.asked[0].headers["user-agent"].startswith("quita ")


def test_threads_have_connections_of_their_own(server: UnreliableServer, client: Patient) -> None:
    together = Barrier(4, timeout=PATIENT_SECONDS)

    def wait(connection: Any) -> bool:
        together.wait()
        return answer()(connection)

    server.behaviours += [wait] * 4
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: client.get_item(TableName="table", Key=KEY), range(4)))

    assert sorted(asked.connection for asked in server.asked) == [1, 2, 3, 4]


@pytest.mark.parametrize("end", [answer(goes_on=False), answer(headers=["Connection: close"], goes_on=False)])
def test_connection_that_ended_while_idle_is_replaced(
    server: UnreliableServer, client: Patient, end: Behaviour
) -> None:
    server.behaviours += [end]
    client.get_item(TableName="table", Key=KEY)
    time.sleep(0.1)

    client.get_item(TableName="table", Key=KEY)

    assert [asked.connection for asked in server.asked] == [1, 2]
    assert client.pauses == []


@pytest.mark.parametrize("end", [hang_up, stop_halfway], ids=["without a word", "in the middle of the answer"])
def test_kept_connection_that_ends_when_it_is_used_is_replaced_at_once(
    server: UnreliableServer, client: Patient, end: Behaviour
) -> None:
    server.behaviours += [answer(), end]
    client.get_item(TableName="table", Key=KEY)

    client.transact_write_items(TransactItems=[])

    assert [asked.connection for asked in server.asked] == [1, 1, 2]
    assert server.asked[1].json == server.asked[2].json
    assert client.pauses == []


def test_connection_is_not_used_after_a_long_freeze(
    server: UnreliableServer, client: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get_item(TableName="table", Key=KEY)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + connections.MAX_IDLE_SECONDS + 1)

    client.get_item(TableName="table", Key=KEY)

    assert [asked.connection for asked in server.asked] == [1, 2]


def test_nobody_listening_is_an_outage(client: Patient) -> None:
    with UnreliableServer() as gone:
        pass

    with pytest.raises(Unavailable):
        store(Patient(gone.url)).commit(TOGETHER)


def test_host_has_to_prove_its_name_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right, wrong = certificate_for("127.0.0.1", tmp_path / "right"), certificate_for("10.0.0.1", tmp_path / "wrong")
    with UnreliableServer(right.context) as honest, UnreliableServer(wrong.context) as other:
        monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
        monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
        with pytest.raises(SSLError):
            Patient(honest.url).get_item(TableName="table", Key=KEY)
        monkeypatch.setenv("AWS_CA_BUNDLE", str(wrong.path))
        with pytest.raises(SSLError):
            Patient(other.url).get_item(TableName="table", Key=KEY)
        assert not honest.asked
        assert not other.asked
        monkeypatch.setenv("AWS_CA_BUNDLE", str(right.path))

        trusting = Patient(honest.url, try_seconds=PATIENT_SECONDS)
        assert trusting.get_item(TableName="table", Key=KEY) == {}
        assert trusting.get_item(TableName="table", Key=KEY) == {}
        assert [asked.connection for asked in honest.asked] == [honest.connections] * 2


def test_request_is_signed_with_the_session_token(
    server: UnreliableServer, client: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")

    client.get_item(TableName="table", Key=KEY)

    [asked] = server.asked
    assert asked.headers["x-amz-security-token"] == "token"
    assert asked.headers["authorization"] == _signature(asked.headers, asked.content)


def _signature(headers: dict[str, str], content: bytes) -> str:
    """Signature Version 4, as its documentation computes it."""
    names = ["content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"]
    lines = [f"{name}:{headers[name]}" for name in names]
    canonical = "\n".join(["POST", "/", "", *lines, "", ";".join(names), hashlib.sha256(content).hexdigest()])
    at = headers["x-amz-date"]
    scope = [at[:8], "eu-west-1", "dynamodb", "aws4_request"]
    signed = "\n".join(["AWS4-HMAC-SHA256", at, "/".join(scope), hashlib.sha256(canonical.encode()).hexdigest()])
    key = reduce(lambda key, part: hmac.digest(key, part.encode(), "sha256"), scope, b"AWS4secret")
    signature = hmac.new(key, signed.encode(), "sha256").hexdigest()
    return f"AWS4-HMAC-SHA256 Credential=AKID/{'/'.join(scope)}, SignedHeaders={';'.join(names)}, Signature={signature}"


def test_credentials_of_the_environment_that_run_out_are_read_again(
    server: UnreliableServer, client: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for token, minutes in (("first", 1), ("second", 60)):
        monkeypatch.setenv("AWS_SESSION_TOKEN", token)
        monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat())
        client.get_item(TableName="table", Key=KEY)

    assert [asked.headers["x-amz-security-token"] for asked in server.asked] == ["first", "second"]


def test_credentials_of_a_container_are_renewed(
    server: UnreliableServer, client: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []

    class Container(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given.append(f"token-{len(given) + 1}")
            until = datetime.now(UTC) + (timedelta(minutes=1) if len(given) == 1 else timedelta(hours=6))
            pair = {"AccessKeyId": "AKID", "SecretAccessKey": "secret", "Token": given[-1]}
            told = json.dumps({**pair, "Expiration": until.strftime("%Y-%m-%dT%H:%M:%SZ")}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    container = HTTPServer(("127.0.0.1", 0), Container)
    Thread(target=container.serve_forever, daemon=True).start()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"http://127.0.0.1:{container.server_port}/")

    for _ in range(3):
        client.get_item(TableName="table", Key=KEY)

    container.shutdown()
    container.server_close()
    assert given == ["token-1", "token-2"]
    assert [asked.headers["x-amz-security-token"] for asked in server.asked] == ["token-2"] * 3


def test_no_credentials_are_an_error_and_no_request(
    server: UnreliableServer, client: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    with pytest.raises(NoCredentialsError):
        client.get_item(TableName="table", Key=KEY)

    assert not server.asked


def test_loading_the_client_loads_nothing_of_boto3_and_no_client_of_botocore() -> None:
    loaded = "import sys; from settlement import bootstrap; bootstrap.dynamodb(); print(*sys.modules)"
    environment = {"PYTHONPATH": str(ROOT / "layers" / "settlement"), "AWS_DEFAULT_REGION": "eu-west-1"}

    done = subprocess.run([sys.executable, "-c", loaded], env=environment, capture_output=True, text=True, check=True)

    assert not {"boto3", "botocore.client", "botocore.loaders", "pydantic"} & set(done.stdout.split())
