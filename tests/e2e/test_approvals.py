"""A refund above the account's limit, by several keys of one account against the deployed stack (R37)."""

from concurrent.futures import ThreadPoolExecutor

from testkit.merchant import Merchant
from tests.e2e.conftest import Account

SETTINGS = "/api/oms/pvt/account/settings"


def test_r37_refund_above_the_limit_is_done_once_by_keys_that_did_not_ask(
    other_merchant: Merchant, open_account: Account
) -> None:
    account = other_merchant.api.read(SETTINGS)["merchantName"]
    others = [open_account("approve-payment", account=account) for _ in range(3)]
    order = other_merchant.place()
    order.invoice("N1", 10000)
    other_merchant.set(approvalAbove={"refund": {"BRL": 2000}})

    asked = other_merchant.api.post(f"{order.transaction_path}/refunding-request", {"value": 3000})
    approval = f"/api/pvt/approvals/{asked.json['id']}"
    own = other_merchant.api.post(f"{approval}/approve")
    with ThreadPoolExecutor(len(others)) as pool:
        decided = list(pool.map(lambda key: key.post(f"{approval}/approve"), others))
    order.come_to_rest()

    assert (asked.status, own.status) == (202, 403)
    assert [answer.status for answer in decided] == [200, 200, 200]
    assert len({(answer.json["state"], answer.json["decidedBy"]["appKey"]) for answer in decided}) == 1
    assert order.refunds().actions == [3000]
    assert open_account("approve-payment").post(f"{approval}/approve").status == 404
