"""What a cold start costs: CPU of loading a function, or of that and its first event, against boto3 with a client.

Measured in fresh processes with byte-code, as the layers ship it; both in turn, so that what else the machine does
weighs on both alike.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from math import inf
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
FUNCTIONS = sorted(folder.name for folder in (ROOT / "functions").iterdir() if (folder / "app.py").exists())
PAIRS, MAX_PAIRS = 3, 25

Event = dict[str, Any]

_REFERENCE = "import boto3; boto3.Session().client('dynamodb')"
_FUNCTION = "import app"
_FIRST_EVENT = "import app; answer = app.handler(event, context)"
_MEASURED = """
import json, resource, sys
sys.modules["click"] = None
from types import SimpleNamespace
context = SimpleNamespace(
    function_name="measured", memory_limit_in_mb=1024, invoked_function_arn="arn", aws_request_id="request"
)
event, answer, log, sys.stdout = json.load(sys.stdin), None, sys.stdout, sys.stderr
def spent():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
before = spent()
{work}
print(json.dumps([spent() - before, answer]), file=log)
"""

"""The program that measures some work. Of the tests' packages, httpx would load click, which the layers do not have."""

_LOADED = """
import sys
import app
print(*sys.modules)
"""


def _spent(work: str, path: list[Path], byte_code: Path) -> float:
    """CPU seconds of some work in a fresh interpreter."""
    seconds, _ = _measured(work, path, byte_code, None, {})
    return seconds


def _measured(
    work: str, path: list[Path], byte_code: Path, event: Event | None, variables: Mapping[str, str]
) -> tuple[float, Any]:
    """CPU seconds of some work in a fresh interpreter, and what it answers."""
    printed = _printed(_MEASURED.format(work=work), path, byte_code, json.dumps(event), variables)
    seconds, answer = json.loads(printed)
    return seconds, answer


def _printed(program: str, path: list[Path], byte_code: Path, told: str = "", variables: Mapping[str, str] = {}) -> str:
    """Return the output of a program in a fresh interpreter."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "PYTHONPYCACHEPREFIX": str(byte_code),
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
        "POWERTOOLS_SERVICE_NAME": "quita",
        "POWERTOOLS_METRICS_NAMESPACE": "quita",
        "TABLE_NAME": "table",
        **variables,
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        input=told,
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
    """CPU of loading a function, in those of the reference: the median over pairs of runs, one after the other."""
    return _over_reference(lambda: _spent(_FUNCTION, _path_of(name), byte_code), byte_code, limit)


def first_event_cost(
    name: str,
    byte_code: Path,
    next_event: Callable[[], Event],
    variables: Mapping[str, str],
    is_right: Callable[[Any], bool],
    limit: float = inf,
) -> float:
    """CPU of loading a function and of its first event, in those of the reference.

    Each run gets an event of its own; its answer must be right. ``variables`` are those of the function's environment.
    """

    def spent() -> float:
        seconds, answer = _measured(_FIRST_EVENT, _path_of(name), byte_code, next_event(), variables)
        assert is_right(answer), answer
        return seconds

    return _over_reference(spent, byte_code, limit)


def _over_reference(spent: Callable[[], float], byte_code: Path, limit: float) -> float:
    """Return the median over pairs of runs, one after the other.

    Pairs are added while it is above ``limit``; two within it are enough, as a third would not take the median above
    it. Runs before the first pair only make the byte-code.
    """
    enough = PAIRS if limit == inf else PAIRS // 2 + 1
    _make_byte_code_of_reference(byte_code)
    spent()
    ratios: list[float] = []
    for _ in range(MAX_PAIRS):
        ratios.append(spent() / _spent(_REFERENCE, [], byte_code))
        within = sum(ratio <= limit for ratio in ratios)
        if within >= enough and within > len(ratios) // 2:
            break
    return median(ratios)


@cache
def _make_byte_code_of_reference(byte_code: Path) -> None:
    _spent(_REFERENCE, [], byte_code)
