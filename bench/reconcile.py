"""What a settlement report takes: time and the peak of memory of ``quita reconcile``, by the size of the file.

Orders with captures and refunds are written to a table of their own in the running local stack, then the command takes
a file that reports all of them, in a process of its own. Table and bucket are in another process, on the same cores.
"""

from __future__ import annotations

import argparse
import hashlib
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
from typing import Any

import httpx

from bench.figures import Figures
from bench.own_table import table_like_the_stacks
from bench.sold_orders import write_sold_orders
from local.lifecycle import require_running
from local.progress import StackError, step
from local.settings import read_settings
from operations.output import FOUND, TOLD_EVERY_SECONDS, Output
from operations.reconcile import Request, reconcile
from operations.report_workers import processes_for
from operations.running_stack import Facts
from operations.stacks import Stack
from settlement.domain.account.account import EVERY_ROLE
from settlement.storage.app_keys import Caller, save
from testkit.api import Api, new_id

REPORTS = "/api/pvt/settlement-reports"

LINES = (10_000, 100_000, 1_000_000)
"""Lines of files of about 1, 10 and 100 MB."""

MOST_SECONDS = 600
"""Longest time for the largest file."""

MOST_GROWTH_KIB = 24 * 1024
"""What the largest file may take more than the smallest: the workspace's cache of 16 MiB, which that does not fill."""


@dataclass(frozen=True, slots=True)
class Run:
    """What taking a file took, CPU with that of the processes that helped.

    ``peak_kib`` is the most memory that the command's own process had, of which ``code_kib`` before the file;
    ``helper_kib`` is the most that one of the ``helpers`` had. 0 stands for what was not measured.
    """

    lines: int
    payments: int
    bytes: int
    seconds: float
    outcome: int
    cpu_seconds: float = 0
    peak_kib: int = 0
    code_kib: int = 0
    helpers: int = 0
    helper_kib: int = 0


def main() -> int:
    """Run the benchmark; exit code 0 if every line is matched, in time, and memory does not grow with the file."""
    parser = argparse.ArgumentParser(prog="bench.reconcile", description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=list(LINES), help="lines of the files")
    parser.add_argument("--stages", action="store_true", help="upload the files over the API, for the workflow to take")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure with its unit")
    parser.add_argument("--take", nargs=4, metavar=("FILE", "TABLE", "ENDPOINT", "ACCOUNT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.take is not None:
        return take(*given.take)
    figures = Figures()
    try:
        facts = require_running(read_settings())
        runs = measure_stages(facts, given.lines) if given.stages else measure(facts, given.lines)
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


def measure_stages(facts: Facts, sizes: list[int]) -> list[Run]:
    """Have the stack's own workflow take a file of each size, uploaded over its API; the smallest first."""
    with TemporaryDirectory() as folder:
        return [_measure_stages(facts, lines, Path(folder) / f"{lines}.csv") for lines in sorted(sizes)]


def _measure_stages(facts: Facts, lines: int, file: Path) -> Run:
    """Take a file of an account of its own; the time is that from the upload to the report that is done."""
    dynamodb = Stack("bench", {}, facts.aws_endpoint).table_client()
    account, token = f"lines{lines}-{new_id().lower()[:12]}", new_id()
    save(dynamodb, facts.table_name, Caller(account, account, (EVERY_ROLE,)), token)
    with step(f"writing the orders of {lines} lines"):
        payments, written = write_sold_orders(dynamodb, facts.table_name, account, lines, file)
    api = Api(facts.base_url, account, token)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    named = api.post(REPORTS, {"format": "csv", "fileName": file.name, "sha256": sha256}).json
    started = time.perf_counter()
    with file.open("rb") as content:
        httpx.put(named["uploadUrl"], content=content, timeout=MOST_SECONDS, trust_env=False).raise_for_status()
    report = _ended(api, named["reportId"])
    seconds = time.perf_counter() - started
    is_right = [(sums["outcome"], sums["lines"]) for sums in report["outcomes"]] == [("matched", written)]
    return Run(written, payments, file.stat().st_size, seconds, 0 if is_right else FOUND)


def _ended(api: Api, report_id: str) -> Any:
    """Wait until a report is done or refused; tell its state now and then."""
    told = time.monotonic()
    while (report := api.read(f"{REPORTS}/{report_id}"))["state"] not in ("done", "refused"):
        time.sleep(0.5)
        if time.monotonic() - told > TOLD_EVERY_SECONDS:
            told = time.monotonic()
            print(f"  {report['state']} …", file=sys.stderr, flush=True)
    return report


def take(file: str, table: str, endpoint: str, account: str) -> int:
    """Take one file; print what that took as JSON. Return 0."""
    code_kib = peak_kib()
    started, cpu = time.perf_counter(), time.process_time()
    stack = Stack("bench", {"TableName": table, "ReportsBucketName": table}, endpoint)
    outcome = reconcile(stack, account, Request(Path(file), "csv"), Output(as_json=True))
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {
        "seconds": seconds,
        "outcome": outcome,
        "cpu_seconds": cpu_seconds + used.ru_utime + used.ru_stime,
        "peak_kib": peak_kib(),
        "code_kib": code_kib,
        "helpers": processes_for(Path(file).stat().st_size),
        "helper_kib": used.ru_maxrss,
    }
    print(json.dumps(told))
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
        if not run.peak_kib:
            continue
        figures.add(f"{key}_cpu_seconds", f"CPU of the process and {run.helpers} helpers", run.cpu_seconds, "s")
        figures.add(f"{key}_peak_mib", "peak of memory", run.peak_kib / 1024, "MiB")
        figures.add(f"{key}_code_mib", "of which before the file", run.code_kib / 1024, "MiB")
        if run.helpers:
            figures.add(f"{key}_helper_mib", "peak of memory of a helper", run.helper_kib / 1024, "MiB")


def is_good(runs: list[Run]) -> bool:
    """Return True if every line is matched, within the time, and the largest file takes no more memory."""
    of_helpers = [run.helper_kib for run in runs if run.helpers]
    return all(run.outcome == 0 and run.seconds <= MOST_SECONDS for run in runs) and all(
        peaks[-1] <= peaks[0] + MOST_GROWTH_KIB for peaks in ([run.peak_kib for run in runs], of_helpers) if peaks
    )


if __name__ == "__main__":
    sys.exit(main())
