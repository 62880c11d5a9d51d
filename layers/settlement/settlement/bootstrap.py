"""Wires the ports to AWS, once per process: one session, and the clients on first use."""

import os
import time
import uuid
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import boto3

from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.ports import Ports

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

    from settlement.storage.feeds import DynamoDBFeeds

session = boto3.Session()


@cache
def dynamodb() -> "DynamoDBClient":
    """Return the process's DynamoDB client."""
    return session.client("dynamodb")


@cache
def events() -> "EventBridgeClient":
    """Return the process's EventBridge client."""
    return session.client("events")


@cache
def queues() -> "SQSClient":
    """Return the process's SQS client."""
    return session.client("sqs")


@cache
def workflows() -> "SFNClient":
    """Return the process's Step Functions client."""
    return session.client("stepfunctions")


def store() -> DynamoDBStore:
    """Return the store on the table that ``TABLE_NAME`` names."""
    return DynamoDBStore(dynamodb(), os.environ["TABLE_NAME"])


def feeds() -> "DynamoDBFeeds":
    """Return the feeds and hooks on the same table."""
    from settlement.storage.feeds import DynamoDBFeeds

    return DynamoDBFeeds(dynamodb(), os.environ["TABLE_NAME"])


def ports() -> Ports:
    """Return the real store, clock, ids and pause."""
    return Ports(store(), lambda: datetime.now(UTC), lambda: uuid.uuid4().hex.upper(), time.sleep)
