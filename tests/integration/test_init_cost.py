"""What a cold start costs, function by function, stays within its budget."""

import pytest

from testkit.loading import FUNCTIONS, init_cost, modules_of

LIMITS = {"settlement_steps": 1.2}
USUAL_LIMIT = 1.35


@pytest.mark.parametrize("name", FUNCTIONS)
def test_loading_a_function_stays_within_its_budget(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    limit = LIMITS.get(name, USUAL_LIMIT)

    assert init_cost(name, tmp_path_factory.getbasetemp() / "byte-code", limit) <= limit


@pytest.mark.parametrize("name", FUNCTIONS)
def test_loading_a_function_loads_no_description(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    loaded = modules_of(name, tmp_path_factory.getbasetemp() / "byte-code")

    of_the_api = {module for module in loaded if module.startswith("settlement.api.")}
    contract = {module for module in of_the_api if module.startswith("settlement.api.contract.")}
    assert contract <= {"settlement.api.contract.routes", "settlement.api.contract.served"}
    assert not {module for module in of_the_api if module.endswith((".answer", ".request"))}
