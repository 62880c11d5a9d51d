"""Who causes a write: a caller, by its app key and the user that it names, or a part of the service (D137)."""

from datetime import datetime
from enum import StrEnum

from settlement.values import dataclass

MAX_USER_LENGTH = 100


class System(StrEnum):
    """The parts of the service, and callers without an app key."""

    WORKFLOW = "workflow"
    TIMER = "timer"
    AUDIT = "audit"
    CONNECTOR = "connector"
    CHECKOUT = "checkout"
    REPORTS = "reports"


@dataclass(frozen=True, slots=True)
class Actor:
    """Either a caller, with its ``app_key``, or a ``system``. The ``user`` is what the caller says, and not checked."""

    app_key: str | None = None
    user: str | None = None
    system: System | None = None

    @property
    def facts(self) -> dict[str, str | None]:
        """The actor as events and answers show it."""
        if self.system is not None:
            return {"system": self.system.value}
        return {"appKey": self.app_key, "user": self.user}


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A person's word that a thing is right, or was dealt with: by what ``reference``, when, who said so, and why."""

    reference: str
    at: datetime
    by: Actor | None = None
    reason: str | None = None
