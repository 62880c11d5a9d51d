"""What the Makefile hands to a command is what its caller wrote: no file names for a *, nothing that a shell runs."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.template.cloudformation import CHECKOUT

COMMAND = """#!{python}
import json, os, sys
open(os.environ["SEEN"], "w").write(json.dumps(sys.argv[1:])) if sys.argv[1:2] == ["-m"] else None
"""


@pytest.fixture
def interpreter(tmp_path: Path) -> Path:
    """Stands for every interpreter that make starts, and notes the words it is given."""
    file = tmp_path / "python"
    file.write_text(COMMAND.format(python=sys.executable), encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def words(interpreter: Path, target: str, *variables: str) -> list[str]:
    """Return what a target hands to its command, after ``-m`` and the module."""
    seen = interpreter.with_name("seen")
    names = ("PYTHON", "LOCAL", "DEV", "SAM", "CONFORMANCE")
    mine = ("ARGS", "ACCOUNT", "ALL", "ORDER", "STACK", "TABLE", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    environment = {name: value for name, value in os.environ.items() if name not in mine} | {"SEEN": str(seen)}
    subprocess.run(
        ["make", "--no-print-directory", "-C", str(CHECKOUT), target, *variables,
         *(f"{name}={interpreter}" for name in names)],
        env=environment, check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    told: list[str] = json.loads(seen.read_text(encoding="utf-8"))
    return told[2:]


@pytest.mark.parametrize("role", ["*", "'*'", '"*"', r"\*"])
def test_role_of_a_key_may_be_a_star(interpreter: Path, role: str) -> None:
    given = words(interpreter, "key", f"ARGS=create k --account a --role {role}")
    assert given == ["key", "create", "k", "--account", "a", "--role", "*"]


@pytest.mark.parametrize(
    ("target", "variable", "given"),
    [
        ("redrive", "QUEUES=parked-* [a-z]*", ["parked-*", "[a-z]*"]),
        ("logs", "FUNCTIONS=*", ["logs", "*"]),
        ("conformance", "ARGS=--only *", ["--only", "*"]),
        ("invoke", "EVENT=*", ["*"]),
        ("bench-growth", "ARGS=--invoices *", ["--invoices", "*"]),
        ("bench-reconcile", "ARGS=--lines *", ["--lines", "*"]),
        ("bench-load", "ARGS=--rate *", ["--rate", "*"]),
    ],
)
def test_lists_of_words_are_no_file_names(interpreter: Path, target: str, variable: str, given: list[str]) -> None:
    assert words(interpreter, target, variable)[-len(given) :] == given


AWKWARD = 'it\'s "1"; echo *'


@pytest.mark.parametrize(
    ("target", "option", "variable", "more"),
    [
        ("audit", "--order", "ORDER", []),
        ("audit", "--account", "ACCOUNT", ["ALL=1"]),
        ("audit", "--stack", "STACK", ["ALL=1"]),
        ("republish", "--order", "ORDER", []),
        ("republish", "--account", "ACCOUNT", ["ALL=1"]),
        ("republish", "--since", "SINCE", ["ALL=1"]),
        ("republish", "--until", "UNTIL", ["ALL=1"]),
        ("republish", "--stack", "STACK", ["ALL=1"]),
        ("redrive", "--stack", "STACK", []),
        ("rebuild", "--from", "FROM", []),
        ("rebuild", "--to", "TO", []),
        ("rebuild", "--endpoint", "ENDPOINT", []),
        ("key", "--table", "TABLE", ["ARGS=list"]),
        ("conformance", "--url", "URL", []),
        ("invoke", "--function", "FUNCTION", ["EVENT=e.json"]),
    ],
)
def test_single_words_arrive_as_they_are(
    interpreter: Path, target: str, option: str, variable: str, more: list[str]
) -> None:
    given = words(interpreter, target, f"{variable}={AWKWARD}", *more)
    assert given[given.index(option) + 1] == AWKWARD


@pytest.mark.parametrize(("said", "means"), [("1", True), ("yes", True), ("0", False), ("no", False), ("", False)])
def test_all_is_all_only_where_it_is_said(interpreter: Path, said: str, means: bool) -> None:
    assert ("--all" in words(interpreter, "audit", f"ALL={said}", "ORDER=1")) is means
