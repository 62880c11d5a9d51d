"""One tour of the API for every test that looks at its answers."""

from collections.abc import Iterator

import pytest

from tests.support.service import Heard, Service
from tests.support.shop import Shop
from tests.support.tour import Tour


@pytest.fixture(scope="session")
def heard() -> Iterator[list[Heard]]:
    """Every answer of a tour of the API."""
    with pytest.MonkeyPatch.context() as patch:
        yield Tour(Service(Shop(), patch)).walk()
