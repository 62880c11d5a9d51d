"""Asks the gateway for a movement directly."""

from datetime import timedelta

import pytest

from settlement.domain.connectors.connector import Mode
from settlement.use_cases.gateway.request_movement import (
    DirectRequest,
    request_movement,
)
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop

DAY = timedelta(hours=26)

MODES = pytest.mark.parametrize("mode", list(Mode))


def request(shop: Shop, placed: Placed, movement: DirectRequest, value: int) -> None:
    """Ask the gateway directly, and run what follows."""
    request_movement(shop.ports, ACCOUNT, placed.transaction_id, movement, value, None)
    placed.run()
