"""The store keeps approvals: whole, under their versions, listed as work and due while they are pending (R37)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from settlement.domain.actor import Actor, System
from settlement.domain.transaction.approval import Approval, ApprovalAction, ApprovalKind, ApprovalState
from settlement.domain.transaction.listed_work import Work, WorkKind
from settlement.use_cases.shared.ports import Conflict, DueApproval, Store
from testkit.builders import ACCOUNT, NOON, ORDER_ID, TRANSACTION_ID, a_transaction
from tests.contract.stored import LATER, write

NAME = "0123456789abcdef-0001"
ASKED = Approval(
    name=NAME,
    transaction_id=TRANSACTION_ID,
    order_id=ORDER_ID,
    kind=ApprovalKind.REFUND,
    action=ApprovalAction.CHANGE_ORDER,
    request={"request_id": "C1", "discount_value": 1500, "items_removed": [{"id": "A", "price": 1500, "quantity": 1}]},
    value=1500,
    currency="BRL",
    asked_by=Actor("anna", "Anna"),
    asked_at=NOON,
    expires_at=LATER,
    reason="broken",
    events=1,
)
DECIDED = replace(
    ASKED,
    state=ApprovalState.FAILED,
    decided_by=Actor(system=System.TIMER),
    decided_at=LATER,
    decided_because="no longer possible",
    code="1402",
    operation=7,
    events=2,
    version=1,
)


@pytest.mark.parametrize("approval", [ASKED, replace(ASKED, reason=None, request={}, asked_by=Actor("anna"))])
def test_approval_is_read_as_it_was_written(store: Store, approval: Approval) -> None:
    write(store, approvals=[approval])

    assert store.approval(ACCOUNT, TRANSACTION_ID, NAME) == replace(approval, version=1)
    assert store.approval("other", TRANSACTION_ID, NAME) is None
    assert store.approval(ACCOUNT, "other", NAME) is None


def test_approvals_are_found_by_how_their_names_begin(store: Store) -> None:
    names = ["0123456789abcdef-0002", "0123456789abcdef-0010", "fedcba9876543210-0001"]
    write(store, approvals=[replace(ASKED, name=name) for name in reversed(names)])

    assert [held.name for held in store.approvals(ACCOUNT, TRANSACTION_ID)] == names
    assert [held.name for held in store.approvals(ACCOUNT, TRANSACTION_ID, "0123456789abcdef-")] == names[:2]
    assert store.approvals("other", TRANSACTION_ID) == []


@pytest.mark.parametrize("late", [ASKED, replace(DECIDED, version=2), replace(DECIDED, version=0)])
def test_decision_on_what_somebody_else_has_written_is_lost(store: Store, late: Approval) -> None:
    write(store, approvals=[ASKED])

    with pytest.raises(Conflict):
        write(store, approvals=[late])

    write(store, approvals=[DECIDED])
    with pytest.raises(Conflict):
        write(store, approvals=[DECIDED])
    assert store.approval(ACCOUNT, TRANSACTION_ID, NAME) == replace(DECIDED, version=2)


def test_approval_is_work_and_due_until_it_is_decided(store: Store) -> None:
    write(store, currency="BRL", transaction=a_transaction())
    write(store, currency="BRL", approvals=[ASKED])

    [item] = store.work(ACCOUNT, NOON, None, 10).items
    assert item.work == Work(WorkKind.APPROVAL, NOON, 1500, LATER, "broken", approval=f"{TRANSACTION_ID}.{NAME}")
    assert store.due(LATER - timedelta(microseconds=1)) == ([], [])
    assert store.due(LATER) == ([], [DueApproval(ACCOUNT, TRANSACTION_ID, NAME)])

    write(store, currency="BRL", approvals=[DECIDED])

    assert store.work(ACCOUNT, LATER, None, 10).items == []
    assert store.due(LATER) == ([], [])
