"""One tour of the API for every test that looks at its answers."""

import pytest

from testkit.shop import Shop
from tests.support.service import Heard, Service
from tests.support.tour import Tour


@pytest.fixture(scope="session")
def heard() -> list[Heard]:
    """Every answer of a tour of the API; what the tour replaced is back in place."""
    with pytest.MonkeyPatch.context() as patch:
        return Tour(Service(Shop(), patch)).walk()
