"""Finds a stack: the running local one, or one in the cloud by its name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from operations.output import CommandError
from operations.running_stack import LOCAL_REGION, LOCAL_STACK, Facts, require_running
from settlement.domain.account.account import is_account
from settlement.storage.aws_client import endpoint_of
from settlement.storage.bus import Bus
from settlement.storage.dynamodb_client import DynamoDB
from settlement.storage.entry_log import EntryLog
from settlement.storage.feeds import DynamoDBFeeds

_TRIES = 8
"""Tries of a call of the table; many calls at once are throttled for longer than a single one."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed stack with its template's outputs; ``account`` is the local stack's, None in the cloud."""

    name: str
    outputs: dict[str, str]
    endpoint: str | None = None
    region: str | None = None
    account: str | None = None
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return a client of a service, in the stack's cloud."""
        if service not in self.clients:
            self.clients[service] = cloud_client(service, self.endpoint, self.region)
        return self.clients[service]

    def table_client(self) -> Any:
        """Return a client of the table for many calls: the service's own, which computes far less than boto3's."""
        if "table" not in self.clients:
            self.clients["table"] = _table_client(self.endpoint, self.region)
        return self.clients["table"]

    def account_of(self, given: str | None) -> str:
        """Return the given account, or the local stack's; raises ``CommandError`` if that is none."""
        account = self.account if given is None else given.strip()
        if not account:
            raise CommandError(f"Which account of stack {self.name}? Name it with --account.")
        if not is_account(account):
            raise CommandError(f"{account!r} is no name of an account.")
        return account


def bus_of(stack: Stack) -> Bus:
    """Return a stack's bus."""
    feeds = DynamoDBFeeds(stack.client("dynamodb"), stack.outputs["TableName"])
    return Bus(stack.client("events"), stack.outputs["EventBusName"], feeds.listeners)


def entry_log_of(stack: Stack) -> EntryLog:
    """Return the journals of a stack's accounts."""
    return EntryLog(stack.client("dynamodb"), stack.outputs["TableName"])


def the_stack(name: str | None, region: str | None = None) -> Stack:
    """Return the stack of this name in the cloud, or for None the running local one; raises ``CommandError``."""
    running: Facts | None = require_running() if name is None else None
    endpoint = running.aws_endpoint if running is not None else None
    found = name or LOCAL_STACK
    try:
        stacks = cloud_client("cloudformation", endpoint, region).describe_stacks(StackName=found)["Stacks"]
    except (ClientError, BotoCoreError) as error:
        raise CommandError(f"Stack {found} cannot be read: {error}") from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}
    return Stack(found, outputs, endpoint, region, running.account if running is not None else None)


def _table_client(endpoint: str | None, region: str | None) -> DynamoDB:
    """Return the service's own client, with the environment's credentials or those of a local AWS."""
    if endpoint is None:
        environment: Mapping[str, str] = os.environ
        region = region or boto3.Session().region_name or ""
        endpoint = endpoint_of(DynamoDB.service, environment, region)
    else:
        environment = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    return DynamoDB(endpoint, region or LOCAL_REGION, environment, connect_seconds=5, try_seconds=30, tries=_TRIES)


def cloud_client(service: str, endpoint: str | None = None, region: str | None = None) -> Any:
    """Return a client of AWS with the environment's credentials, or of a local AWS by its address.

    Raises ``ValueError`` if the address is invalid.
    """
    if endpoint is None:
        return boto3.client(service, region_name=region)  # type: ignore[call-overload]
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=endpoint,
        region_name=region or LOCAL_REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 1}, read_timeout=70, proxies={}, inject_host_prefix=False),
    )
