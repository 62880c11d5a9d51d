"""A service that has been toured: there is something behind every route, and a request that each has granted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from settlement.api.contract.described import Described
from settlement.domain.account.account import EVERY_ROLE
from testkit.builders import ACCOUNT
from testkit.shop import Shop
from tests.support.service import Asked, Heard, Service
from tests.support.tour import Tour


@dataclass(frozen=True)
class Toured:
    """The service after its tour; ``granted`` is a request of each route, by name, that was granted."""

    service: Service
    granted: dict[str, Asked]

    def ask(self, asked: Asked, *, roles: str | None = EVERY_ROLE, account: str = ACCOUNT, **changes: Any) -> Heard:
        """Send a request, with another path, body or query if they are given."""
        wanted = {"path": asked.path, "raw": asked.body, "query": asked.query, "headers": asked.headers} | changes
        path = wanted.pop("path")
        return self.service.call(asked.method, path, roles=roles, account=account, **wanted)

    def stored(self) -> Any:
        """All that is stored, to be held against what is stored later."""
        return self.service.shop.store.backup(), self.service.feeds.everything()

    def example(self, route: Described) -> Asked:
        """A request of the route that was granted on the tour."""
        return self.granted[route.name]


@pytest.fixture(scope="module")
def toured() -> Iterator[Toured]:
    """One toured service for a module; what it replaces is back in place afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        service = Service(Shop(), patch)
        granted = {
            heard.route.name: heard.asked for heard in Tour(service).walk() if heard.status in heard.route.answers
        }
        service.heard.clear()
        yield Toured(service, granted)
