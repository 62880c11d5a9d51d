"""What a cold start costs: CPU of loading a function, against that of boto3 with a DynamoDB client.

Measured in fresh processes with byte-code, as the layers ship it; both in turn, so that what else the machine does
weighs on both alike.
"""

import os
import subprocess
import sys
from functools import cache
from math import inf
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
FUNCTIONS = sorted(folder.name for folder in (ROOT / "functions").iterdir() if (folder / "app.py").exists())
PAIRS, MAX_PAIRS = 3, 25

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

_LOADED = """
import sys
import app
print(*sys.modules)
"""


def _spent(work: str, path: list[Path], byte_code: Path) -> float:
    """CPU seconds of some work in a fresh interpreter."""
    return float(_printed(_MEASURED.format(work=work), path, byte_code))


def _printed(program: str, path: list[Path], byte_code: Path) -> str:
    """Return the output of a program in a fresh interpreter."""
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
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def modules_of(name: str, byte_code: Path) -> set[str]:
    """Return the names of all modules that loading a function loads."""
    return set(_printed(_LOADED, _path_of(name), byte_code).split())


def _path_of(name: str) -> list[Path]:
    return [ROOT / "functions" / name, ROOT / "layers" / "settlement"]


def init_cost(name: str, byte_code: Path, limit: float = inf) -> float:
    """CPU of loading a function, in those of the reference: the median over pairs of runs, one after the other.

    Pairs are added while it is above ``limit``; two within it are enough, as a third would not take the median above
    it. Runs before the first pair only make the byte-code.
    """
    enough = PAIRS if limit == inf else PAIRS // 2 + 1
    _make_byte_code_of_reference(byte_code)
    path = _path_of(name)
    _spent(_FUNCTION, path, byte_code)
    ratios: list[float] = []
    for _ in range(MAX_PAIRS):
        ratios.append(_spent(_FUNCTION, path, byte_code) / _spent(_REFERENCE, [], byte_code))
        within = sum(ratio <= limit for ratio in ratios)
        if within >= enough and within > len(ratios) // 2:
            break
    return median(ratios)


@cache
def _make_byte_code_of_reference(byte_code: Path) -> None:
    _spent(_REFERENCE, [], byte_code)
