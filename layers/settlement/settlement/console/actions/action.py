"""An action of the console: who may take it, what its form asks for, and the use case that it comes to."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from settlement.console.visit import Visit
from settlement.domain.account.account import Role
from settlement.use_cases.approvals.act_or_ask import Asking, act_or_ask
from settlement.use_cases.shared.heads import Heads
from settlement.use_cases.shared.ports import Ports
from settlement.values import dataclass

Act = Callable[[Ports, int | None], object]
"""Calls the use case, on the expected version of the heads."""


@dataclass(frozen=True, slots=True)
class Limited:
    """An act that asks for a second key, if it moves more than the account lets one key move alone (R37)."""

    asking: Asking[Any]

    def __call__(self, ports: Ports, expected: int | None) -> object:
        """Do it, whatever it moves, as its preview does."""
        return self.asking.act(ports, expected)

    def or_ask(self, ports: Ports, account: str, expected: int | None) -> object:
        """Do it, or return the approval that it waits for."""
        return act_or_ask(ports, account, self.asking, expected)


@dataclass(frozen=True, slots=True)
class Target:
    """What an action is about: the heads, and the ids in its path beyond the order's or transaction's."""

    heads: Heads
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        """The currency of all values."""
        return self.heads.transaction.currency


@dataclass(frozen=True, slots=True)
class Action:
    """One action. ``read`` turns its form into an act, and raises ``Mistyped``; ``fields`` fills the form's template.

    With ``previews`` its money plan is shown before the button. ``is_done`` tells, of an action whose use case does
    not answer a repeat, that it was taken already.
    """

    name: str
    roles: tuple[Role, ...]
    read: Callable[[Visit, Target], Act]
    fields: Callable[[Visit, Target], dict[str, Any]] = lambda visit, target: {}
    previews: bool = True
    is_done: Callable[[Visit, Target], bool] = lambda visit, target: False
