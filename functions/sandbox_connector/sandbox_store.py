"""The sandbox's records in the table: versioned documents, read consistently and written all or none.

====================================  ==========================  ======================================
PK                                    SK                          document
====================================  ==========================  ======================================
``SANDBOX#<paymentId>``               ``STATE``                   the payment
``SANDBOX#<paymentId>``               ``SETTLEMENT#<settleId>``   a settlement with its refunded value
``SANDBOX#<paymentId>``               ``REQUEST#<requestId>``     the answer to a requestId
``SANDBOX#<paymentId>``               ``CALL#<time>#<n>``         a call with its answer
``SANDBOX-SCRIPT#<paymentId or *>``   the operation               outcomes to come
====================================  ==========================  ======================================

Records live for 30 days.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from settlement import bootstrap
from settlement.connectors import exact_json
from settlement.connectors.ppp_fields import Fields
from settlement.environment import ENVIRONMENT
from settlement.storage.pages import all_items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, PutTypeDef, TransactWriteItemTypeDef

LIFETIME_SECONDS = 30 * 24 * 3_600

_LOST_RACES = frozenset({"None", "ConditionalCheckFailed", "TransactionConflict"})


@dataclass(frozen=True, slots=True)
class Record:
    """A document under its key; version 0 means not stored yet."""

    pk: str
    sk: str
    version: int = 0
    document: Fields = field(default_factory=dict)


def read(pk: str, sk: str) -> Record:
    """Return the record under a key by a consistent read; one of version 0 if there is none."""
    found = bootstrap.dynamodb().get_item(
        TableName=ENVIRONMENT.table_name, Key={"PK": {"S": pk}, "SK": {"S": sk}}, ConsistentRead=True
    )
    item = found.get("Item")
    return _record(item) if item else Record(pk, sk)


def read_all(pk: str, sk_prefix: str) -> list[Record]:
    """Return every record whose sort key has the prefix, in the order of the keys."""
    request: dict[str, Any] = {
        "TableName": ENVIRONMENT.table_name,
        "KeyConditionExpression": "PK = :pk AND begins_with(SK, :prefix)",
        "ExpressionAttributeValues": {":pk": {"S": pk}, ":prefix": {"S": sk_prefix}},
        "ConsistentRead": True,
    }
    return [_record(item) for item in all_items(bootstrap.dynamodb(), request)]


def write(records: Sequence[Record]) -> bool:
    """Store all records or none, each over the version that was read; return False if another writer was first."""
    try:
        bootstrap.dynamodb().transact_write_items(TransactItems=[_put(record) for record in records])
    except ClientError as cancelled:
        reasons = {reason.get("Code", "None") for reason in cancelled.response.get("CancellationReasons", ())}
        if reasons and reasons <= _LOST_RACES:
            return False
        raise
    return True


def _put(record: Record) -> "TransactWriteItemTypeDef":
    put: PutTypeDef = {
        "TableName": ENVIRONMENT.table_name,
        "Item": {
            "PK": {"S": record.pk},
            "SK": {"S": record.sk},
            "version": {"N": str(record.version + 1)},
            "document": {"S": exact_json.write(record.document)},
            "expiresAt": {"N": str(int(time()) + LIFETIME_SECONDS)},
        },
        "ConditionExpression": "attribute_not_exists(PK)",
    }
    if record.version:
        put["ConditionExpression"] = "#version = :version"
        put["ExpressionAttributeNames"] = {"#version": "version"}
        put["ExpressionAttributeValues"] = {":version": {"N": str(record.version)}}
    return {"Put": put}


def _record(item: "dict[str, AttributeValueTypeDef]") -> Record:
    document = exact_json.read(item["document"]["S"])
    assert isinstance(document, dict)
    return Record(item["PK"]["S"], item["SK"]["S"], int(item["version"]["N"]), document)
