"""What AWS does to a call on a bad day, told as boto3 tells it."""

from typing import Any

from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

URL = "https://aws.example"


def refusal(code: str, status: int = 400, **more: Any) -> ClientError:
    """An error that a service answers with."""
    answer = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}, **more}
    return ClientError(answer, "Call")  # type: ignore[arg-type]


def cancelled(*reasons: str) -> ClientError:
    """A transaction that DynamoDB cancels, with a reason for each of its writes."""
    return refusal("TransactionCanceledException", CancellationReasons=[{"Code": reason} for reason in reasons])


LOST_RACES = {
    "condition": refusal("ConditionalCheckFailedException"),
    "conflict": refusal("TransactionConflictException"),
    "cancelled by a condition": cancelled("None", "ConditionalCheckFailed"),
    "cancelled by a conflict": cancelled("TransactionConflict", "None"),
    "cancelled by throttling": cancelled("None", "ThrottlingError", "ProvisionedThroughputExceeded"),
}
"""Another writer was first, or might have been: nothing was written."""

OUTAGES = {
    "throttling": refusal("ThrottlingException"),
    "too much for the table": refusal("ProvisionedThroughputExceededException"),
    "too much for the account": refusal("RequestLimitExceeded"),
    "still being written": refusal("TransactionInProgressException"),
    "server error": refusal("InternalServerError", 500),
    "unavailable": refusal("ServiceUnavailable", 503),
    "read time-out": ReadTimeoutError(endpoint_url=URL),
    "connect time-out": ConnectTimeoutError(endpoint_url=URL),
    "no connection": EndpointConnectionError(endpoint_url=URL),
    "cut connection": ConnectionClosedError(endpoint_url=URL),
}
"""Nobody knows what became of the call, or it was not taken for now."""

FAULTS = {
    "denied": refusal("AccessDeniedException"),
    "no table": refusal("ResourceNotFoundException"),
    "invalid": refusal("ValidationException"),
    "cancelled as invalid": cancelled("None", "ValidationError"),
}
"""What asking again does not help."""
