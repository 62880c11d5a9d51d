"""What every test may use: a shop on fakes, and how hard Hypothesis searches."""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.support.shop import Shop

settings.register_profile(
    "quick", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.register_profile("long", max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("long" if os.environ.get("QUITA_LONG") == "1" else "quick")


@pytest.fixture
def shop() -> Shop:
    """A shop with one account, on fakes."""
    return Shop()
