"""``python -m bench.load``: drives orders against the running local stack and checks each of them at rest."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.load.faults import Faults
from bench.load.outcome import Load
from bench.load.report import figures_of
from bench.load.run import run
from local.lifecycle import require_running
from local.progress import StackError
from local.settings import read_settings

DEFAULT_ORDERS = 2000
DEFAULT_RATE = 1.0


def main() -> int:
    """Run the load test; exit code 0 if every order is right, 1 if one is wrong or the stack does not run."""
    usual = Faults()
    parser = argparse.ArgumentParser(prog="bench.load", description=__doc__)
    parser.add_argument("--orders", type=int, default=DEFAULT_ORDERS)
    parser.add_argument("--rate", type=float, default=DEFAULT_RATE, help="orders placed in a second")
    parser.add_argument("--failing", type=float, default=usual.failing, help="share of connector calls that fail")
    parser.add_argument("--hanging", type=float, default=usual.hanging, help="share of connector calls that hang")
    parser.add_argument("--refusing", type=float, default=usual.refusing, help="share of calls refused finally")
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure with its unit")
    given = parser.parse_args()
    load = Load(given.orders, given.rate, Faults(given.failing, given.hanging, given.seed, given.refusing))
    try:
        outcome = run(require_running(read_settings()), load)
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    if given.json is not None:
        figures_of(outcome).write(given.json)
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
