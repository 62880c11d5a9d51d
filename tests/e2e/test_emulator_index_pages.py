"""A page of a large partition of an index is read without the rest of it, and answered as the emulator answers it."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.template.cloudformation import CHECKOUT

PYTHON = CHECKOUT / ".local" / "venv-local" / "bin" / "python"
ANSWERS = "local.check_index_pages"


@pytest.mark.parametrize("seed", [1, 2])
def test_answers_are_the_emulators_own(seed: int) -> None:
    """In the emulator's own environment, which the tests do not have."""
    asked = [str(PYTHON), "-m", ANSWERS, str(seed)]
    ended = subprocess.run(asked, cwd=CHECKOUT, capture_output=True, text=True, timeout=120, check=False)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = json.loads(ended.stdout.splitlines()[-1])
    assert told["same"] >= told["byPages"] > 100
