"""Settlement reports on the deployed stack: what a bucket keeps of them, read over HTTP."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from local.seed import ACCOUNT
from operations.command_line import main
from operations.running_stack import LOCAL_STACK, Facts
from settlement.domain.reconciliation.report import report_id_of
from testkit.api import Api, new_id
from testkit.merchant import Merchant, until
from tests.e2e.conftest import client_arguments

REPORTS = "/api/pvt/settlement-reports"

Drop = Callable[[str, bytes], None]


@pytest.fixture
def bucket(facts: Facts) -> Drop:
    """Drop a file into the bucket of the stack under a key."""
    arguments: Any = client_arguments(facts)
    (stack,) = boto3.client("cloudformation", **arguments).describe_stacks(StackName=LOCAL_STACK)["Stacks"]
    name = next(held["OutputValue"] for held in stack["Outputs"] if held["OutputKey"] == "ReportsBucketName")
    objects: Any = boto3.client("s3", **arguments)

    def drop(key: str, content: bytes) -> None:
        objects.put_object(Bucket=name, Key=key, Body=content)

    return drop


@pytest.fixture
def run_report(facts: Facts) -> Callable[[str], str]:
    """Start a run of the workflow for a key, as a file that comes does; return the execution's name in the cloud."""
    arguments: Any = client_arguments(facts)
    (stack,) = boto3.client("cloudformation", **arguments).describe_stacks(StackName=LOCAL_STACK)["Stacks"]
    machine = next(held["OutputValue"] for held in stack["Outputs"] if held["OutputKey"] == "ReportStateMachineArn")

    def start(key: str) -> str:
        told = {"detail": {"object": {"key": key, "size": 1}}}
        states = boto3.client("stepfunctions", **arguments)
        return states.start_execution(stateMachineArn=machine, input=json.dumps(told))["executionArn"]

    return start


def csv_of(*rows: str) -> bytes:
    """A CSV file of the given rows, unlike any other."""
    return "\n".join(("kind,gross,fee,currency,tid", *rows, f"capture,9.00,0.10,BRL,{new_id()}")).encode()


def lines_of(api: Api, report_id: str, **query: str) -> list[dict[str, Any]]:
    """Read the lines of a report page by page, two at a time."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        more = query if cursor is None else query | {"cursor": cursor}
        page = api.read(f"{REPORTS}/{report_id}/lines", limit="2", **more)
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


def test_lines_of_a_file_that_the_command_took_are_read_page_by_page(merchant: Merchant, tmp_path: Path) -> None:
    file = tmp_path / f"{new_id()}.csv"
    file.write_bytes(csv_of(*(f"capture,{number}.00,0.10,BRL,nobody-{number}" for number in range(1, 5))))
    assert main(["reconcile", str(file), "--format", "csv", "--account", ACCOUNT]) == 2

    reports = merchant.api.read(REPORTS)["items"]
    (report_id,) = [report["reportId"] for report in reports if report["fileName"] == file.name]

    told = [(line["line"], line["gross"], line["outcome"]) for line in lines_of(merchant.api, report_id)]
    assert told == [(number + 1, number * 100, "foreign") for number in (1, 2, 3, 4)] + [(6, 900, "foreign")]
    assert lines_of(merchant.api, report_id, outcome="matched") == []


def named(api: Api, content: bytes, **changes: Any) -> dict[str, Any]:
    """Name a file; return what is answered."""
    body = {"format": "csv", "fileName": "sales.csv", "sha256": hashlib.sha256(content).hexdigest()} | changes
    answer = api.post(REPORTS, body)
    assert answer.status in (200, 201), answer
    found: dict[str, Any] = answer.json
    return found


def put(url: str, content: bytes) -> None:
    """Upload a file to the address that was answered, with nothing but it."""
    assert httpx.put(url, content=content, timeout=60).status_code == 200


def ended(api: Api, report_id: str) -> dict[str, Any]:
    """Return a report once it is done or refused."""
    found: dict[str, Any] = {}

    def is_over() -> bool:
        answer = api.get(f"{REPORTS}/{report_id}")
        found.update(answer.json if answer.status == 200 else {})
        return found.get("state") in ("done", "refused")

    until(is_over, "the report is done or refused")
    return found


def test_uploaded_file_is_matched_and_told_of_once(merchant: Merchant) -> None:
    api, order = merchant.api, merchant.place()
    order.invoice("N1", 7000)
    order.come_to_rest()
    (payment,) = order.payments()
    content = csv_of(f"capture,70.00,1.75,BRL,{payment['tid']}")

    answer = named(api, content)
    assert answer["state"] == "awaited"
    put(answer["uploadUrl"], content)
    report = ended(api, answer["reportId"])

    assert (report["state"], report["fault"]) == ("done", None)
    assert {sums["outcome"]: sums["lines"] for sums in report["outcomes"]} == {"matched": 1, "foreign": 1}
    (line,) = lines_of(api, report["reportId"], outcome="matched")
    assert (line["orderId"], line["gross"], line["fee"]) == (order.order_id, 7000, 175)
    (capture,) = api.read(f"{order.transaction_path}/settlements")["actions"]
    assert (capture["payout"]["state"], capture["payout"]["net"]) == ("reported", 6825)
    told = [event for event in order.events() if event["Type"] == "CaptureReported"]
    assert len(told) == 1

    again = named(api, content)
    assert again == {"reportId": report["reportId"], "state": "done", "uploadUrl": None, "expiresAt": None}
    put(answer["uploadUrl"], content)
    assert ended(api, report["reportId"]) == report
    assert [event for event in order.events() if event["Type"] == "CaptureReported"] == told


def test_dropped_file_is_a_report(merchant: Merchant, bucket: Drop) -> None:
    content = csv_of("capture,5.00,0.10,BRL,nobody")

    bucket(f"inbox/{ACCOUNT}/csv/daily/sales.csv", content)

    report_id = report_id_of(ACCOUNT, "csv", hashlib.sha256(content).hexdigest())
    report = ended(merchant.api, report_id)
    assert (report["state"], report["fileName"]) == ("done", "daily/sales.csv")
    assert [line["outcome"] for line in lines_of(merchant.api, report_id)] == ["foreign", "foreign"]


def test_dropped_file_is_read_by_the_mapping_that_the_account_keeps(merchant: Merchant, bucket: Drop) -> None:
    folder, content = new_id(), f"Tipo;Bruto;TID\nVENDA;1.070,50;{new_id()}\n".encode()
    report_id = report_id_of(ACCOUNT, "csv", hashlib.sha256(content).hexdigest())
    columns = {"kind": "Tipo", "gross": "Bruto", "tid": "TID"}
    mapping = {"columns": columns, "kinds": {"VENDA": "sale"}, "delimiter": ";", "decimalSeparator": ","}
    keep = f"mappings/{ACCOUNT}/csv/{folder}.json"

    bucket(keep, json.dumps(mapping).encode())
    bucket(f"inbox/{ACCOUNT}/csv/{folder}/sales.csv", content)
    fault = ended(merchant.api, report_id)["fault"]
    assert fault["code"] == "bad-mapping"
    assert "kinds.VENDA 'sale'" in fault["message"]
    assert fault["message"].endswith(f"({keep})")

    bucket(keep, json.dumps(mapping | {"kinds": {"VENDA": "capture"}, "currency": "BRL"}).encode())
    bucket(f"inbox/{ACCOUNT}/csv/{folder}/again.csv", content)
    until(lambda: merchant.api.read(f"{REPORTS}/{report_id}")["state"] == "done", "the file is taken")
    [line] = lines_of(merchant.api, report_id)
    assert (line["gross"], line["outcome"]) == (107_050, "foreign")


def test_dispute_finds_its_order_in_whatever_month(merchant: Merchant) -> None:
    """Orders are looked for in the months of the file's days, which are years before this one here."""
    api, order = merchant.api, merchant.place()
    order.invoice("N1", 7000)
    order.come_to_rest()
    (payment,) = order.payments()
    head = "kind,gross,fee,currency,tid,paidOn"
    content = f"{head}\nchargeback,-70.00,0,BRL,{payment['tid']},2020-01-15".encode()
    answer = named(api, content)

    put(answer["uploadUrl"], content)

    assert ended(api, answer["reportId"])["state"] == "done"
    [line] = lines_of(api, answer["reportId"])
    assert (line["outcome"], line["orderId"]) == ("matched", order.order_id)


def test_run_that_fails_is_told_on_the_report_which_takes_the_file_then(
    merchant: Merchant, facts: Facts, run_report: Callable[[str], str]
) -> None:
    """A run is started for a file that has not come: no try can read it."""
    api, content = merchant.api, csv_of("capture,5.00,0.10,BRL,nobody")
    answer = named(api, content)
    report_id = answer["reportId"]

    execution = run_report(f"uploads/{ACCOUNT}/{report_id}")
    until(lambda: api.read(f"{REPORTS}/{report_id}")["state"] == "failed", "the report says that its run failed")

    fault = api.read(f"{REPORTS}/{report_id}")["fault"]
    assert fault["code"] == "run-failed"
    assert f"run {execution.rpartition(':')[2]} ended with " in fault["message"]
    states = boto3.client("stepfunctions", **client_arguments(facts))
    until(lambda: states.describe_execution(executionArn=execution)["status"] == "FAILED", "the run has failed")

    put(answer["uploadUrl"], content)
    until(lambda: api.read(f"{REPORTS}/{report_id}")["state"] == "done", "the file is taken")
    assert api.read(f"{REPORTS}/{report_id}")["fault"] is None


def test_chunk_that_fails_is_told_on_the_report(merchant: Merchant, facts: Facts) -> None:
    """The workflow begins at its books here, with a range of days that is none beside one that is."""
    api = merchant.api
    report_id = named(api, csv_of())["reportId"]
    arguments: Any = client_arguments(facts)
    states = boto3.client("stepfunctions", **arguments)
    (stack,) = boto3.client("cloudformation", **arguments).describe_stacks(StackName=LOCAL_STACK)["Stacks"]
    machine = next(held["OutputValue"] for held in stack["Outputs"] if held["OutputKey"] == "ReportStateMachineArn")
    known = states.describe_state_machine(stateMachineArn=machine)
    definition = re.sub(r'"(IntervalSeconds|MaxAttempts)": \d+', r'"\1": 1', known["definition"])
    begun = states.create_state_machine(
        name=f"books-{new_id()}", definition=json.dumps(json.loads(definition) | {"StartAt": "LoadBooks"}),
        roleArn=known["roleArn"],
    )  # fmt: skip
    ranges = [{"since": day, "until": day, "checkouts": False} for day in ("2026-03-01", "2026-03-32")]
    read = {"account": ACCOUNT, "reportId": report_id, "ranges": ranges}
    told = {"detail": {"object": {"key": f"uploads/{ACCOUNT}/{report_id}", "size": 1}}, "read": read}

    run = states.start_execution(stateMachineArn=begun["stateMachineArn"], input=json.dumps(told))["executionArn"]
    until(lambda: states.describe_execution(executionArn=run)["status"] == "FAILED", "the run has failed")

    report = api.read(f"{REPORTS}/{report_id}")
    assert report["state"] == "failed"
    assert "ended with States.ExceedToleratedFailureThreshold" in report["fault"]["message"]
    states.delete_state_machine(stateMachineArn=begun["stateMachineArn"])


def test_refused_file_says_why_and_where(merchant: Merchant, bucket: Drop) -> None:
    api = merchant.api
    cut = csv_of("capture,five,0.10,BRL,nobody")
    answer = named(api, cut)
    put(answer["uploadUrl"], cut)
    fault = ended(api, answer["reportId"])["fault"]
    assert (fault["code"], fault["line"], fault["column"]) == ("not-a-number", 2, 2)

    right = csv_of()
    answer = named(api, right)
    put(answer["uploadUrl"], b"another file")
    assert ended(api, answer["reportId"])["fault"]["code"] == "wrong-hash"
    put(named(api, right)["uploadUrl"], right)
    until(lambda: api.read(f"{REPORTS}/{answer['reportId']}")["state"] == "done", "the right file is taken")

    packed = gzip.compress(right)
    bucket(f"inbox/{ACCOUNT}/csv/sales.csv.gz", packed)
    bucket(f"inbox/{ACCOUNT}/stone/sales.csv", packed)
    for format_, code in (("csv", "compressed"), ("stone", "unknown-format")):
        report_id = report_id_of(ACCOUNT, format_, hashlib.sha256(packed).hexdigest())
        assert ended(api, report_id)["fault"]["code"] == code


def test_unknown_format_and_mapping_are_refused_at_once(merchant: Merchant) -> None:
    body = {"format": "stone", "fileName": "f", "sha256": "0" * 64}
    answer = merchant.api.post(REPORTS, body)
    assert answer.status == 400
    assert "cielo-v15" in answer.json["error"]["message"]
    assert merchant.api.post(REPORTS, body | {"format": "cielo-v15", "mapping": {}}).status == 400
    answer = merchant.api.post(REPORTS, body | {"format": "csv", "mapping": {"delimiter": "§"}})
    assert answer.status == 400
    assert "delimiter '§' is none of" in answer.json["error"]["message"]
