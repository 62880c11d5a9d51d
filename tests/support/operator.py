"""What an operator does about a failed operation, and the workflows that follow."""

from settlement.domain.transaction.closing import Ending
from settlement.use_cases.recovery.end_operation import Ended, EndRequest, end_operation
from settlement.use_cases.recovery.resolve_leg import Resolution, resolve_leg
from settlement.use_cases.recovery.retry_operation import retry_operation
from testkit.builders import ACCOUNT
from testkit.shop import Placed


def retry(placed: Placed, sequence: int) -> None:
    """Try again what an operation is missing, or at once what waits."""
    retry_operation(placed.shop.ports, ACCOUNT, placed.transaction_id, sequence)
    placed.run()


def resolve(placed: Placed, sequence: int, number: str, resolution: Resolution, reference: str | None = None) -> None:
    """Say what became of a call."""
    resolve_leg(placed.shop.ports, ACCOUNT, placed.transaction_id, sequence, number, resolution, reference)
    placed.run()


def write_off(placed: Placed, sequence: int) -> Ended:
    """Write off what an operation is missing."""
    return _end(placed, sequence, EndRequest(Ending.WRITTEN_OFF, "authorisation expired", "finance"))


def pay_otherwise(placed: Placed, sequence: int) -> Ended:
    """Say that what an operation is missing was paid by other means."""
    return _end(placed, sequence, EndRequest(Ending.PAID_OTHERWISE, "transfer", "finance", "TRF-7"))


def _end(placed: Placed, sequence: int, request: EndRequest) -> Ended:
    ended = end_operation(placed.shop.ports, ACCOUNT, placed.transaction_id, sequence, request)
    placed.run()
    return ended
