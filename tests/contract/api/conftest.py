"""One tour of the API for every test that looks at its answers."""

import pytest

from testkit.shop import Placed, Shop
from tests.support.refusal_tour import RefusalTour
from tests.support.service import Heard, Service
from tests.support.tour import Tour


@pytest.fixture(scope="session")
def heard() -> list[Heard]:
    """Every answer of a tour of the API; what the tour replaced is back in place."""
    with pytest.MonkeyPatch.context() as patch:
        return Tour(Service(Shop(), patch)).walk()


@pytest.fixture(scope="session")
def refused() -> list[Heard]:
    """Every answer of the tour of refusals; what it replaced is back in place."""
    with pytest.MonkeyPatch.context() as patch:
        return RefusalTour(Service(Shop(), patch)).walk()


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The service of a shop, for one test."""
    return Service(shop, monkeypatch)


@pytest.fixture
def placed(service: Service) -> Placed:
    """A started order of 10000."""
    return Tour(service).place("written-01")
