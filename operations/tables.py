"""Creates tables beside the service's own, without a stream."""

from __future__ import annotations

from typing import Any

_PARTS = ("IndexName", "KeySchema", "Projection")


def create_like(dynamodb: Any, model: str, table: str) -> None:
    """Create an empty table with the keys and indexes of another; return when it is ready."""
    known = dynamodb.describe_table(TableName=model)["Table"]
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=known["KeySchema"],
        AttributeDefinitions=known["AttributeDefinitions"],
        GlobalSecondaryIndexes=[{part: index[part] for part in _PARTS} for index in known["GlobalSecondaryIndexes"]],
    )
    dynamodb.get_waiter("table_exists").wait(TableName=table)
