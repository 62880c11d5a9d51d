"""DynamoDB in memory, the sandbox connector on a table of it, and the console in a real browser."""

import importlib.util
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from settlement import bootstrap
from testkit.shop import Shop
from tests.support.chromium import chromium
from tests.support.console import Browser
from tests.support.console_server import console_server
from tests.support.sandbox import FUNCTION, TABLE, Sandbox

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[Any]:
    """DynamoDB of moto."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        yield boto3.client("dynamodb")


@pytest.fixture(scope="module")
def app() -> Iterator[ModuleType]:
    sys.path.insert(0, str(FUNCTION))
    spec = importlib.util.spec_from_file_location("sandbox_connector_app", FUNCTION / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(FUNCTION))


@pytest.fixture
def sandbox(app: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    monkeypatch.setenv("TABLE_NAME", TABLE)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("SANDBOX_HANG_SECONDS", "0.01")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        dynamodb = boto3.client("dynamodb")
        monkeypatch.setattr(bootstrap, "dynamodb", lambda: dynamodb)  # moto patches boto3, not sockets
        dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "PK", "AttributeType": "S"},
                {"AttributeName": "SK", "AttributeType": "S"},
            ],
            KeySchema=[
                {"AttributeName": "PK", "KeyType": "HASH"},
                {"AttributeName": "SK", "KeyType": "RANGE"},
            ],
        )
        yield Sandbox(app)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Chromium]":
    """A browser of its own."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def site(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the console."""
    Browser(shop, monkeypatch)
    with console_server() as server:
        yield server.url
