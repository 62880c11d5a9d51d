"""Keys of the settlement reports of an account, and of what they hold beside payments."""

from datetime import date
from hashlib import sha256


def partition(account: str) -> str:
    """The partition of an account's settlement reports."""
    return f"{account}#REPORTS"


def report(report_id: str) -> str:
    """Sort key of a settlement report."""
    return f"REPORT#{report_id}"


def serial(name: str) -> str:
    """Sort key of the pointer from a file's sequence to its report."""
    return f"SERIAL#{sha256(name.encode()).hexdigest()[:32]}"


def arrival(report_id: str, on: date, currency: str, batch: str) -> str:
    """Sort key of what a bank's statement told of a payout, by the report that told that; with a batch its name."""
    return f"ARRIVAL#{report_id}#{on.isoformat()}#{currency}{f'#{batch}' if batch else ''}"
