"""States of operations and legs change as their tables say, and in no other way (A§8.2, A§8.3)."""

import ast
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import pytest

from settlement.domain.planning.planning import Ask
from settlement.domain.reconciliation import report
from settlement.domain.reconciliation.report import ReportState
from settlement.domain.transaction import approval, leg, operation
from settlement.domain.transaction.approval import ApprovalState
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.operation import Operation, OperationKind, OperationState
from settlement.domain.transitions import IllegalTransition
from testkit.builders import NOON
from tests.unit.test_architecture import MODULES, name_of

Table = (
    Mapping[LegState, frozenset[LegState]]
    | Mapping[OperationState, frozenset[OperationState]]
    | Mapping[ApprovalState, frozenset[ApprovalState]]
    | Mapping[ReportState, frozenset[ReportState]]
)


@pytest.mark.parametrize(
    ("table", "states"),
    [
        (leg.FOLLOWING_STATES, LegState),
        (operation.FOLLOWING_STATES, OperationState),
        (approval.FOLLOWING_STATES, ApprovalState),
        (report.FOLLOWING_STATES, ReportState),
    ],
    ids=["leg", "operation", "approval", "report"],
)
def test_table_is_total(table: Table, states: type[StrEnum]) -> None:
    assert set(table) == set(states)


@pytest.mark.parametrize("before", LegState)
def test_only_a_following_state_can_follow_on_a_leg(before: LegState) -> None:
    held = Leg(2, "0001", LegKind.SETTLE, "pay-1", 7000, "request-1", before)
    for after in LegState:
        if after in leg.FOLLOWING_STATES[before]:
            assert held.to(after) == replace(held, state=after)
        else:
            with pytest.raises(IllegalTransition, match=f"LegState {after.value} cannot follow {before.value}"):
                held.to(after)


@pytest.mark.parametrize("before", OperationState)
def test_only_a_following_state_can_follow_on_an_operation(before: OperationState) -> None:
    held = Operation(2, OperationKind.SETTLE, "invoice N1", Ask(request=7000), NOON, before)
    for after in OperationState:
        if after in operation.FOLLOWING_STATES[before]:
            assert held.to(after) == replace(held, state=after)
        else:
            with pytest.raises(IllegalTransition, match=f"OperationState {after.value} cannot follow {before.value}"):
                held.to(after)


def test_no_state_is_set_but_by_its_table() -> None:
    """A ``replace(…, state=…)`` would go past the table."""
    setters = {
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "replace"
        and any(keyword.arg == "state" for keyword in node.keywords)
    }
    assert setters == {
        f"{name_of(Path(module.__file__ or ''))}:{line}"
        for module in (approval, leg, operation, report)
        for line, text in enumerate(Path(module.__file__ or "").read_text().splitlines(), 1)
        if "return replace(self, state=state)" in text
    }
