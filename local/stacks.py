"""A stack by its name: the running local one, or one in the cloud, with what the operator's commands need of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.deployment import client
from local.lifecycle import require_running
from local.progress import StackError
from local.settings import STACK_NAME, read_settings


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed stack with its template's outputs; ``aws_port`` is that of the local AWS, None in the cloud."""

    name: str
    outputs: dict[str, str]
    aws_port: int | None = None
    region: str | None = None
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A client of a service, in the stack's cloud."""
        if service not in self.clients:
            self.clients[service] = _client(service, self.aws_port, self.region)
        return self.clients[service]


def the_stack(name: str | None, region: str | None = None) -> Stack:
    """The stack of this name in the cloud, the running local one without a name; raises StackError if there is none."""
    aws_port = require_running(read_settings()).aws_port if name is None else None
    name = name or STACK_NAME
    try:
        stacks = _client("cloudformation", aws_port, region).describe_stacks(StackName=name)["Stacks"]
    except (ClientError, BotoCoreError) as error:
        raise StackError(f"Stack {name} cannot be read: {error}") from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}
    return Stack(name, outputs, aws_port, region)


def _client(service: str, aws_port: int | None, region: str | None) -> Any:
    return client(service, aws_port) if aws_port is not None else boto3.client(service, region_name=region)  # type: ignore[call-overload]
