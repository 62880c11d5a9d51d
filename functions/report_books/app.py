"""The second stage of a settlement report: loads what was captured and refunded of a range of orders."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.logs import new_logger

if TYPE_CHECKING:
    from settlement.domain.reconciliation.books import PaymentBooks

LOAD_UNTIL_SECONDS = 600
"""Age after which no further page of orders is read; a page of 2,000 orders has the rest of the function's 900 s."""

logger = new_logger()
bootstrap.dynamodb()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Load a piece of a range of days; ``more`` says where the next piece begins, ``loaded`` how many there are."""
    from settlement.use_cases.reconciliation.load_books import BooksRange, load_books_page

    until = time.monotonic() + LOAD_UNTIL_SECONDS
    account, days, piece = event["account"], event["days"], int(event.get("piece", 0))
    logger.append_keys(account=account, report=event["reportId"], run=event["run"], days=days)
    wanted = BooksRange(date.fromisoformat(days["since"]), date.fromisoformat(days["until"]), days["checkouts"])
    after = event.get("after")

    def pages() -> Iterator[PaymentBooks]:
        nonlocal after
        while True:
            found, after = load_books_page(bootstrap.store(), account, wanted, after)
            yield from found
            if after is None or time.monotonic() > until:
                return

    with TemporaryDirectory(prefix="quita-") as folder:
        run = bootstrap.report_run(Path(folder), account, event["reportId"], event["run"])
        run.keep_books(int(event["range"]), piece, pages())
    logger.info("loaded", isWhole=after is None)
    told = {name: event[name] for name in ("account", "reportId", "run", "range", "days")}
    if after is None:
        return told | {"outcome": "loaded", "piece": piece + 1}
    return told | {"outcome": "more", "piece": piece + 1, "after": after}
