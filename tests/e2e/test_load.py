"""Orders at a fixed rate, a connector that fails and hangs, and every order right at rest (see `make bench-load`)."""

import pytest

from bench.load.check import OrderAtRest, faults_of
from bench.load.faults import Fault, Faults
from bench.load.outcome import Load
from bench.load.provider import Provider
from bench.load.run import run
from bench.load.story import Planned
from operations.running_stack import Facts
from testkit.merchant import Merchant

ORDERS = 30


@pytest.mark.alone
@pytest.mark.timeout(1200)
def test_every_order_is_right_at_rest_though_the_connector_fails(
    facts: Facts, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = run(facts, Load(ORDERS, 0.5, Faults(seed=1)))

    print(told := capsys.readouterr().out)
    assert outcome.wrong == []
    assert outcome.checked == ORDERS
    met = {fault for fault in Fault if outcome.connector[fault]}
    assert met == set(Fault) - {Fault.REFUSED}, "each kind of fault was met, and nothing was refused"
    assert f"wrong       0 of {ORDERS} orders" in told


def test_order_that_is_not_as_it_should_be_is_called_wrong(merchant: Merchant) -> None:
    placed = merchant.place()
    order = OrderAtRest(merchant.api, Provider(Faults()), Planned(1, "1"), placed.transaction_id)
    order.order_id, order.path = placed.order_id, placed.path

    wrong = faults_of(order)

    assert wrong is not None
    assert "'status': 'handling'" in wrong
    assert "'settledValue': 8500" in wrong
