"""A stack whose table is in memory, for the commands of ``quita``."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto import mock_aws

from operations import command_line
from operations.stacks import Stack
from testkit.builders import ACCOUNT
from tests.support.declared_table import make_declared_table

TABLE = "quita"
BUCKET = "quita-reports"


@contextmanager
def aws_in_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """AWS of moto, with credentials that are none, and nothing of the caller's own."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@contextmanager
def command_stack(
    monkeypatch: pytest.MonkeyPatch, outputs: Mapping[str, str] | None = None, clients: Mapping[str, Any] | None = None
) -> Iterator[Stack]:
    """A stack with an empty table, which every command takes for the one it is told; it has these besides."""
    with aws_in_memory(monkeypatch):
        dynamodb = boto3.client("dynamodb")
        make_declared_table(dynamodb, TABLE)
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        stack = Stack(
            "quita",
            {"TableName": TABLE, "ReportsBucketName": BUCKET, **(outputs or {})},
            account=ACCOUNT,
            clients={"dynamodb": dynamodb, "table": dynamodb, "s3": s3, **(clients or {})},
        )
        monkeypatch.setattr(command_line, "the_stack", lambda name, region: stack)
        yield stack
