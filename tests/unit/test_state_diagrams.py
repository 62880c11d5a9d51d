"""The diagrams of A§8 have every transition that random stories make."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from settlement.domain.events import EventType
from settlement.domain.transaction.operation import Operation
from settlement.use_cases.shared.ports import Commit
from testkit.store import FakeStore
from tests.support.headings import ROOT, section
from tests.unit.test_interleavings import OneOrder
from tests.unit.test_interleavings_of_trouble import TroubledOrder

Transition = tuple[str, str]

ARCHITECTURE = ROOT / "docs" / "architecture.md"
STORIES = 25
BEGINNING = "[*]"


def drawn(number: str, document: Path = ARCHITECTURE) -> set[Transition]:
    """Return the arrows of a diagram."""
    diagram = section(document, number)
    names = {alias: name for name, alias in re.findall(r'state "([\w-]+)" as (\w+)', diagram)}
    arrows = re.findall(r"(\S+) --> ([\w\[\]*]+)", diagram)
    return {(names.get(before, before), names.get(after, after)) for before, after in arrows}


def recording(
    seen: dict[str, set[Transition]], commit_on: Callable[[FakeStore, Commit], None]
) -> Callable[[FakeStore, Commit], None]:
    """Return ``FakeStore.commit`` that notes which states follow which."""

    def commit(store: FakeStore, commit: Commit) -> None:
        before = {held.sequence: held.state.value for held in stored_operations(store, commit)}
        commit_on(store, commit)
        seen["8.1"] |= {
            (str(event.data["from"] or BEGINNING), str(event.data["to"]))
            for event in commit.events
            if event.type is EventType.ORDER_STATUS_CHANGED
        }
        seen["8.2"] |= {(before.get(held.sequence, BEGINNING), held.state.value) for held in commit.operations}
        seen["8.3"] |= {(changed.before.state.value, changed.after.state.value) for changed in commit.legs}
        seen["8.3"] |= {(BEGINNING, leg.state.value) for leg in commit.new_legs}

    return commit


def stored_operations(store: FakeStore, commit: Commit) -> list[Operation]:
    """Return the operations of a commit as they are before it."""
    found = [store.operation(commit.account, commit.transaction_id, held.sequence) for held in commit.operations]
    return [operation for operation in found if operation is not None]


@pytest.mark.parametrize("stories", [OneOrder, TroubledOrder])
def test_no_story_makes_a_transition_that_is_not_drawn(
    stories: type[OneOrder], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, set[Transition]] = {number: set() for number in ("8.1", "8.2", "8.3")}
    monkeypatch.setattr(FakeStore, "commit", recording(seen, FakeStore.commit))

    run_state_machine_as_test(
        stories,
        settings=settings(
            max_examples=STORIES,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )

    assert all(len(transitions) > 4 for transitions in seen.values())
    for number, transitions in seen.items():
        assert {(before, after) for before, after in transitions if before != after} <= drawn(number), number
