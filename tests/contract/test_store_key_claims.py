"""An access key belongs to one invoice of an account; two writers at once cannot both have it (D169)."""

import pytest

from settlement.domain.order.key_claim import KeyClaim
from settlement.use_cases.shared.ports import Commit, Conflict, Store
from testkit.builders import ACCOUNT
from testkit.nfe_documents import nfe_key
from tests.contract.stored import an_invoice

FIRST, SECOND = KeyClaim(nfe_key(), "1-01", "N1"), KeyClaim(nfe_key(), "2-01", "N2")


def claim(store: Store, claimed: KeyClaim, stale: KeyClaim | None = None, account: str = ACCOUNT) -> None:
    invoices = [an_invoice(number=claimed.number)]
    store.commit(Commit(account, claimed.order_id, "T1", invoices=invoices, key_claims=[(stale, claimed)]))


def test_key_is_that_of_the_first_invoice(store: Store) -> None:
    claim(store, FIRST)
    with pytest.raises(Conflict):
        claim(store, SECOND)
    assert store.key_claim(ACCOUNT, nfe_key()) == FIRST
    assert store.invoice(ACCOUNT, "2-01", "N2") is None


def test_stale_claim_is_replaced_as_it_was_read(store: Store) -> None:
    claim(store, FIRST)
    with pytest.raises(Conflict):
        claim(store, SECOND, KeyClaim(nfe_key(), "3-01", "N3"))
    claim(store, SECOND, FIRST)
    assert store.key_claim(ACCOUNT, nfe_key()) == SECOND


def test_accounts_have_keys_of_their_own(store: Store) -> None:
    claim(store, FIRST)
    claim(store, FIRST, account="another")
    assert store.key_claim("third", nfe_key()) is None
