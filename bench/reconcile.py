"""What a settlement report takes: time and the peak of memory of ``quita reconcile``, by the size of the file.

Orders with captures and refunds are written to a table of their own in the running local stack, then the command takes
a file that reports all of them, in a process of its own. Table and bucket are in another process, on the same cores.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figures
from bench.own_table import table_like_the_stacks
from bench.sold_orders import write_sold_orders
from local.lifecycle import require_running
from local.progress import StackError, step
from local.settings import read_settings
from operations.output import Output
from operations.reconcile import Request, reconcile
from operations.report_workers import processes_for
from operations.running_stack import Facts
from operations.stacks import Stack

LINES = (10_000, 100_000, 1_000_000)
"""Lines of files of about 1, 10 and 100 MB."""

MOST_SECONDS = 600
"""Longest time for the largest file."""

MOST_GROWTH_KIB = 24 * 1024
"""What the largest file may take more than the smallest: the workspace's cache of 16 MiB, which that does not fill."""


@dataclass(frozen=True, slots=True)
class Run:
    """What taking a file took, with the processes that helped: ``peak_kib`` is the most memory of all of them.

    ``code_kib`` is what the first had before the file.
    """

    lines: int
    payments: int
    bytes: int
    seconds: float
    cpu_seconds: float
    peak_kib: int
    code_kib: int
    outcome: int


def main() -> int:
    """Run the benchmark; exit code 0 if every line is matched, in time, and memory does not grow with the file."""
    parser = argparse.ArgumentParser(prog="bench.reconcile", description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=list(LINES), help="lines of the files")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure with its unit")
    parser.add_argument("--take", nargs=4, metavar=("FILE", "TABLE", "ENDPOINT", "ACCOUNT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.take is not None:
        return take(*given.take)
    figures = Figures()
    try:
        runs = measure(require_running(read_settings()), given.lines)
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    show(runs, figures)
    if given.json is not None:
        figures.write(given.json)
    return 0 if is_good(runs) else 1


def measure(facts: Facts, sizes: list[int]) -> list[Run]:
    """Take a file of each size, each of an account of its own; the smallest first."""
    stack = Stack("bench", {}, facts.aws_endpoint)
    with table_like_the_stacks(facts) as table, _bucket(stack, table), TemporaryDirectory() as folder:
        return [_measure(stack, table, lines, Path(folder) / f"{lines}.csv") for lines in sorted(sizes)]


@contextmanager
def _bucket(stack: Stack, name: str) -> Iterator[None]:
    """Make a bucket for the lines of reports, and delete it afterwards."""
    s3 = stack.client("s3")
    s3.create_bucket(Bucket=name)
    try:
        yield
    finally:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
            for held in page.get("Contents", []):
                s3.delete_object(Bucket=name, Key=held["Key"])
        s3.delete_bucket(Bucket=name)


def _measure(stack: Stack, table: str, lines: int, file: Path) -> Run:
    account = f"lines{lines}"
    with step(f"writing the orders of {lines} lines"):
        payments, written = write_sold_orders(stack.table_client(), table, account, lines, file)
    command = [sys.executable, "-m", "bench.reconcile", "--take", str(file), table, str(stack.endpoint), account]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    return Run(lines=written, payments=payments, bytes=file.stat().st_size, **told)


def take(file: str, table: str, endpoint: str, account: str) -> int:
    """Take one file; print what that took as JSON. Return 0."""
    code_kib = peak_kib()
    started, cpu = time.perf_counter(), time.process_time()
    stack = Stack("bench", {"TableName": table, "ReportsBucketName": table}, endpoint)
    outcome = reconcile(stack, account, Request(Path(file), "csv"), Output(as_json=True))
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    helpers = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds + helpers.ru_utime + helpers.ru_stime,
        "peak_kib": peak_kib() + processes_for(Path(file).stat().st_size) * helpers.ru_maxrss,
        "code_kib": code_kib,
    }
    print(json.dumps({**told, "outcome": outcome}))
    return 0


def peak_kib() -> int:
    """Return the most memory that this process has had, in KiB; what it inherited does not count."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


def show(runs: list[Run], figures: Figures) -> None:
    """Print and keep the figures of every run."""
    for run in runs:
        figures.heading(
            f"{run.lines} lines of {run.payments} payments, {run.bytes / 1e6:.1f} MB; exit code {run.outcome}"
        )
        key = f"lines_{run.lines}"
        figures.add(f"{key}_seconds", "time", run.seconds, "s")
        figures.add(f"{key}_per_second", "lines a second", run.lines / run.seconds, "1/s")
        figures.add(f"{key}_cpu_seconds", "CPU of the process", run.cpu_seconds, "s")
        figures.add(f"{key}_peak_mib", "peak of memory", run.peak_kib / 1024, "MiB")
        figures.add(f"{key}_code_mib", "of which before the file", run.code_kib / 1024, "MiB")


def is_good(runs: list[Run]) -> bool:
    """Return True if every line is matched, within the time, and the largest file takes no more memory."""
    return (
        all(run.outcome == 0 and run.seconds <= MOST_SECONDS for run in runs)
        and runs[-1].peak_kib <= runs[0].peak_kib + MOST_GROWTH_KIB
    )


if __name__ == "__main__":
    sys.exit(main())
