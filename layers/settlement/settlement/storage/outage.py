"""AWS that does not answer as it should: one exception for what is worth asking again, whatever the service."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, IncompleteReadError

from settlement.use_cases.shared.ports import Unavailable

Client = TypeVar("Client")

_SERVER_ERROR = 500
BROKEN = (HTTPClientError, ConnectionError, IncompleteReadError)
"""A call without an answer, or with half of one."""

_PASSING = frozenset(
    {
        "ExecutionLimitExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
"""Refusals that pass by themselves, by code. They come after the client's own tries."""


def reporting_outages(client: Client) -> Client:
    """Return the same client, whose methods raise ``Unavailable`` for throttling, server errors and broken connections.

    Every other error of a call stays as it is.
    """
    return cast("Client", _Reporting(client))


class _Reporting:
    def __init__(self, client: object) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        call: Callable[..., Any] = getattr(self._client, name)

        def ask(**request: Any) -> Any:
            try:
                return call(**request)
            except ClientError as error:
                if is_outage(error):
                    raise Unavailable(f"{name}: {error}") from error
                raise
            except BROKEN as error:
                raise Unavailable(f"{name}: {error}") from error

        return ask


def is_outage(error: ClientError) -> bool:
    """Tell whether an answer says nothing about the request, so that the same one may well be taken later."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= _SERVER_ERROR or error.response.get("Error", {}).get("Code") in _PASSING
