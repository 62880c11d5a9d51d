"""What a cold start costs, function by function, stays within its budget."""

import pytest

from testkit.loading import FUNCTIONS, init_cost

LIMITS = {"settlement_steps": 1.2}
USUAL_LIMIT = 1.35


@pytest.mark.parametrize("name", FUNCTIONS)
def test_loading_a_function_stays_within_its_budget(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    limit = LIMITS.get(name, USUAL_LIMIT)

    assert init_cost(name, tmp_path_factory.getbasetemp() / "byte-code", limit) <= limit
