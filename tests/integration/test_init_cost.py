"""What a cold start costs: CPU of loading each function, against that of boto3 with a DynamoDB client.

Measured in fresh processes with byte-code, as the layers ship it; the least of several runs, in turn, so that what
else the machine does weighs on both alike. One that seems too dear is measured again: a busy machine adds to a run,
never takes from it.
"""

import os
import subprocess
import sys
from math import inf
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(folder.name for folder in (ROOT / "functions").iterdir() if (folder / "app.py").exists())
LIMITS = {"settlement_steps": 1.6}
USUAL_LIMIT = 1.7
RUNS = 5
MEASUREMENTS = 4

_REFERENCE = "import boto3; boto3.Session().client('dynamodb')"
_FUNCTION = "import app"
_MEASURED = """
import resource
def spent():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
before = spent()
{work}
print(spent() - before)
"""


def _spent(work: str, path: list[Path], byte_code: Path) -> float:
    """CPU seconds of some work in a fresh interpreter."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "PYTHONPYCACHEPREFIX": str(byte_code),
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "quita",
        "POWERTOOLS_METRICS_NAMESPACE": "quita",
        "TABLE_NAME": "table",
    }
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED.format(work=work)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


def init_costs(name: str, byte_code: Path, runs: int = RUNS) -> tuple[float, float]:
    """CPU seconds of loading a function, and of the reference; the first run of each only makes the byte-code."""
    path = [ROOT / "functions" / name, ROOT / "layers" / "settlement"]
    pairs = [(_spent(_FUNCTION, path, byte_code), _spent(_REFERENCE, [], byte_code)) for _ in range(runs + 1)][1:]
    return min(function for function, _ in pairs), min(reference for _, reference in pairs)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_loading_a_function_stays_within_its_budget(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    limit = LIMITS.get(name, USUAL_LIMIT)
    function = reference = inf
    for _ in range(MEASUREMENTS):
        measured = init_costs(name, tmp_path_factory.getbasetemp() / "byte-code")
        function, reference = min(function, measured[0]), min(reference, measured[1])
        if function <= limit * reference:
            return
    raise AssertionError(f"{name}: {function:.3f} s is more than {limit} x {reference:.3f} s")
