"""The sandbox connector as it is deployed passes the conformance kit: calls at the same moment run in parallel here."""

import pytest

from conformance.__main__ import main
from conformance.repetition_cases import CASES as REPETITIONS
from operations.running_stack import Facts

AT_ONCE = [case.name for case in REPETITIONS if case.name.endswith("-at-once")]
ONE_OF_EACH_KIND = [
    "manifest",
    "bank-invoice",
    "app-payment",
    "inbound",
    "settlements-at-once-stay-within-the-payment",
    *AT_ONCE,
]


def test_deployed_sandbox_connector_conforms(facts: Facts, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"{facts.base_url}/sandbox-connector/sandbox"
    cases = [f"--case={name}" for name in ONE_OF_EACH_KIND]
    code = main(["--url", url, "--cards", "sandbox", "--inbound-action", "echo", "--timeout", "20", *cases])

    assert code == 0, capsys.readouterr().out
