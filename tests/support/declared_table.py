"""The table as the template declares it."""

from typing import Any

from tests.template.cloudformation import load_template, of_type

_PARTS = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")


def make_declared_table(dynamodb: Any, name: str, **more: Any) -> dict[str, Any]:
    """Make an empty table with the template's keys and indexes, and what else is told; return what AWS says of it."""
    declared = of_type(load_template(), "AWS::DynamoDB::Table")["Table"]
    made = dynamodb.create_table(TableName=name, **{part: declared[part] for part in _PARTS}, **more)
    description: dict[str, Any] = made["TableDescription"]
    return description
