"""Outages of AWS: one exception, ``Unavailable``, for failures of any service that a retry can overcome."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, IncompleteReadError

from settlement.use_cases.shared.ports import Unavailable

Client = TypeVar("Client")

_SERVER_ERROR = 500
BROKEN = (HTTPClientError, ConnectionError, IncompleteReadError)
"""The call got no response, or a part of one."""

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
"""Codes of temporary refusals, which remain after the client's own retries."""


def reporting_outages(client: Client) -> Client:
    """Wrap a client: throttling, server errors and broken connections raise ``Unavailable``, other errors are kept."""
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
    """Return True if the error is temporary: the same request can succeed later."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= _SERVER_ERROR or error.response.get("Error", {}).get("Code") in _PASSING
