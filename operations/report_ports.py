"""What settlement reports need of a stack: its table, in the name of the reports, and the clock."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from settlement.domain.actor import Actor, System
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.shared.ports import Ports

if TYPE_CHECKING:
    from operations.stacks import Stack


def report_ports(stack: Stack) -> Ports:
    """Return the ports of a stack for taking reports."""
    store = DynamoDBStore(stack.table_client(), stack.outputs["TableName"])
    return Ports(store, _now, new_id, Actor(system=System.REPORTS), time.sleep)


def new_id() -> str:
    """Return a new id: 32 hexadecimal digits."""
    return os.urandom(16).hex().upper()


def _now() -> datetime:
    return datetime.now(UTC)
