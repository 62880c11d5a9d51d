"""Access keys that passed from one order's invoice to another's, in a table made again from the events (D169)."""

from typing import Any

import pytest

from operations.output import Output
from operations.rebuild import read_table, rebuild
from settlement.domain.order.key_claim import KeyClaim
from settlement.storage.dynamodb import DynamoDBStore
from testkit.builders import ACCOUNT
from testkit.nfe_documents import nfe_key
from testkit.shop import Shop
from tests.integration.test_rebuild import a_table, stored


@pytest.mark.parametrize("order", [1, -1])
def test_access_key_is_the_newest_invoice_s_in_whatever_order_transactions_are_read(dynamodb: Any, order: int) -> None:
    shop = Shop()
    first, second = shop.open(), shop.open()
    first.invoice("N1", 7000, key=nfe_key())
    first.cancel_invoice("N1")
    second.invoice("N2", 3000, key=nfe_key())
    second.invoice("N3", 4000, replaces="N2", key=nfe_key())
    table, copy = stored(dynamodb, shop.store.commits), a_table(dynamodb)

    rebuild(dynamodb, copy, list(read_table(dynamodb, table))[::order], Output())

    claims = [DynamoDBStore(dynamodb, name).key_claim(ACCOUNT, nfe_key()) for name in (table, copy)]
    assert claims == [KeyClaim(nfe_key(), second.order_id, "N3", version=2)] * 2
