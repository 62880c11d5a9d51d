"""The checker of parallel histories: it explains what can have been, and nothing else."""

from settlement.domain.connectors.connector import Mode
from tests.support.oracle import Oracle
from tests.support.serial_order import Request, Seen, Told, serial_order

N1 = Request("sale", "N1", 10000)
C1 = Request("discount", "C1", 4000)
CANCEL = Request("cancel")


def an_order() -> Oracle:
    return Oracle(Mode.PARTIAL, 10000, 10000)


def test_either_of_two_may_have_been_first() -> None:
    told = [Told(N1, 200, 0, 2), Told(C1, 200, 0, 2)]

    assert serial_order(an_order(), told, Seen(6000, 6000, 0, False)) == [C1, N1]


def test_invoice_on_a_stale_value_has_no_explanation() -> None:
    told = [Told(N1, 200, 0, 2), Told(C1, 200, 0, 2)]

    assert serial_order(an_order(), told, Seen(6000, 10000, 0, False)) is None


def test_request_does_not_come_before_one_that_was_answered_before_it_was_sent() -> None:
    told = [Told(N1, 200, 0, 1), Told(C1, 200, 2, 3)]

    assert serial_order(an_order(), told, Seen(6000, 6000, 0, False)) is None


def test_lost_request_has_no_explanation() -> None:
    told = [Told(N1, 200, 0, 1)]

    assert serial_order(an_order(), told, Seen(10000, 0, 0, False)) is None


def test_refusal_that_no_order_gives_has_no_explanation() -> None:
    told = [Told(Request("return", "D1", 100), 400, 3, 4), Told(N1, 200, 0, 1)]

    assert serial_order(an_order(), told, Seen(10000, 10000, 0, False)) is None


def test_cancel_and_invoice_are_never_both_taken() -> None:
    told = [Told(N1, 200, 0, 2), Told(CANCEL, 200, 0, 2)]

    assert serial_order(an_order(), told, Seen(10000, 10000, 0, True)) is None


def test_repeated_request_counts_once() -> None:
    told = [Told(Request("sale", "N1", 7000), 200, 0, at) for at in (1, 2, 3)]

    assert serial_order(an_order(), told, Seen(10000, 7000, 0, False)) is not None


def test_many_writers_at_once_are_explained_in_time() -> None:
    told = [Told(Request("sale", f"N{at}", 300), 200, 0, 9) for at in range(16)]
    told += [Told(Request("return", f"D{at}", 5000), 400, 0, 9) for at in range(8)]

    assert serial_order(an_order(), told, Seen(10000, 4800, 0, False)) is not None
    assert serial_order(an_order(), told[:16], Seen(10000, 4900, 0, False)) is None
