"""The examples in the docstrings of what is used most of the domain come true."""

import doctest
import sys
from typing import Any

import pytest

from settlement.domain.connectors.capabilities import Capabilities
from settlement.domain.ledger.ledger import Counters, total
from settlement.domain.money import split_by_weight, to_major
from settlement.domain.order.line_value import times, unit_prices
from settlement.domain.planning.planning import plan
from settlement.domain.transaction.request_ids import request_id
from settlement.domain.transaction.retries import next_attempt

MOST_USED = (
    to_major,
    split_by_weight,
    times,
    unit_prices,
    Counters,
    total,
    Capabilities,
    plan,
    request_id,
    next_attempt,
)
"""Money, lines, ledger, capabilities, planning, ids and schedule."""


@pytest.mark.parametrize("shown", MOST_USED, ids=lambda shown: shown.__name__)
def test_docstring_has_an_example_that_comes_true(shown: Any) -> None:
    globals_ = vars(sys.modules[shown.__module__])
    [example, *_] = doctest.DocTestFinder(recurse=False).find(shown, shown.__name__, globs=dict(globals_))
    told: list[str] = []

    tried = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=told.append)

    assert tried.attempted > 0
    assert tried.failed == 0, "".join(told)
