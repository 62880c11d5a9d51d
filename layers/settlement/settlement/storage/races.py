"""Tells lost races from other failures of a write."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from settlement.use_cases.shared.ports import Conflict

_LOST_RACES = frozenset({"ConditionalCheckFailedException", "TransactionConflictException"})
_LOST_REASONS = frozenset(
    {"None", "ConditionalCheckFailed", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
)


@contextmanager
def lost_races_as_conflicts() -> Iterator[None]:
    """Raise ``Conflict`` if another writer was first; other errors are kept."""
    try:
        yield
    except ClientError as error:
        if _is_lost_race(error):
            raise Conflict from error
        raise


def _is_lost_race(error: ClientError) -> bool:
    code = error.response.get("Error", {}).get("Code")
    if code != "TransactionCanceledException":
        return code in _LOST_RACES
    reasons = error.response.get("CancellationReasons", [])
    return all(reason.get("Code", "None") in _LOST_REASONS for reason in reasons)
