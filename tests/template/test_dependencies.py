"""What each installation declares is what its code imports: nothing is there only because another package needs it."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.template.cloudformation import CHECKOUT

CONSOLE = "layers/console/requirements"
LAYER, DEV, LOCAL = "layers/dependencies/requirements", "requirements/dev", "requirements/local"
PAGES = "layers/settlement/settlement/console"
SOURCES = (CHECKOUT, CHECKOUT / "layers" / "settlement", CHECKOUT / "functions" / "sandbox_connector")
"""Where modules of this repository are found."""
DISTRIBUTIONS = packages_distributions()
"""What brings a module, by its first name; a module of another installation has the name of what brings it."""


def files(*folders: str) -> set[Path]:
    """Every source file of some folders."""
    return {path for folder in folders for path in (CHECKOUT / folder).rglob("*.py")}


@cache
def imported(path: Path, types: bool) -> frozenset[str]:
    """Every module that a file imports when it runs; with ``types`` also what it imports for the type checker only."""
    return frozenset(_imported(path, types))


def _imported(path: Path, types: bool) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    checked = {id(inner) for node in ast.walk(tree) if _is_for_types(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in checked and not types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def own_file(module: str) -> Path | None:
    """Return the file of a module of this repository."""
    parts = Path(*module.split("."))
    tries = [source / name for source in SOURCES for name in (parts.with_suffix(".py"), parts / "__init__.py")]
    return next((path for path in tries if path.is_file()), None)


def reached(start: Iterable[Path]) -> set[Path]:
    """Return these files and every file of this repository that they import, directly or through others."""
    found: set[Path] = set()
    waiting = set(start)
    while waiting:
        path = waiting.pop()
        found.add(path)
        waiting |= {file for module in imported(path, types=False) if (file := own_file(module))} - found
    return found


def packages(paths: Iterable[Path], types: bool = False) -> set[str]:
    """Return the packages that bring what these files import, but the standard library and this repository."""
    tops = {module.partition(".")[0] for path in paths for module in imported(path, types)}
    others = {top for top in tops - sys.stdlib_module_names if not any((s / top).exists() for s in SOURCES)}
    return {normal(DISTRIBUTIONS.get(top, [top])[0]) for top in others if own_file(top) is None}


def normal(name: str) -> str:
    """Return the one spelling of a package's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def names(lines: Iterable[str]) -> set[str]:
    """Return the packages that requirements name; the extras of boto3's stubs are packages of their own."""
    found = set()
    for line in lines:
        if match := re.match(r"([\w.-]+)(?:\[([\w, ]+)\])?", line):
            name = normal(match[1])
            stubs = match[2].split(",") if name == "boto3-stubs" and match[2] else []
            found |= {name} | {f"mypy-boto3-{extra.strip()}" for extra in stubs}
    return found


def declared(*requirements: str) -> set[str]:
    """Return the packages that requirements files name themselves, not those of a lock file that they include."""
    lines = [line for file in requirements for line in (CHECKOUT / f"{file}.in").read_text("utf-8").splitlines()]
    return names(line for line in lines if not line.startswith(("#", "-")))


def of_the_project() -> set[str]:
    """Return what pyproject.toml says that the installed commands need."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return names(project["dependencies"])


def test_layer_declares_what_the_functions_import_and_nothing_else() -> None:
    assert packages(files("layers", "functions") - files(PAGES)) == declared(LAYER)


def test_layer_of_the_console_declares_what_only_its_pages_import_and_what_that_needs() -> None:
    """Zones are read from the package of their data where the system has none; Jinja needs the other."""
    assert packages(files(PAGES)) - declared(LAYER) == declared(CONSOLE) - {"tzdata", "markupsafe"}


def test_installed_commands_declare_what_they_import_and_nothing_else() -> None:
    assert packages(reached(files("operations", "conformance"))) == of_the_project()


def test_kit_for_connectors_runs_on_what_the_layer_declares() -> None:
    assert packages(reached(files("conformance"))) <= declared(LAYER)


def test_local_stack_declares_what_it_imports() -> None:
    undeclared = packages(reached(files("local"))) - declared(LAYER, LOCAL)

    assert not undeclared


def test_development_tools_declare_what_code_and_tests_import() -> None:
    tested = ("layers", "functions", "operations", "conformance", "testkit", "tests", "bench", "tools")

    assert not packages(files(*tested), types=True) - declared(LAYER, CONSOLE, DEV)


@pytest.mark.parametrize("module", ["environments", "site"])
def test_what_runs_beside_the_development_tools_needs_no_package(module: str) -> None:
    assert not packages(reached([CHECKOUT / "tools" / f"{module}.py"]))


@pytest.mark.parametrize("requirements", [LAYER, CONSOLE, DEV, LOCAL])
def test_what_is_declared_is_locked(requirements: str) -> None:
    lock = (CHECKOUT / f"{requirements}.txt").read_text(encoding="utf-8").splitlines()

    assert not declared(requirements) - names(line for line in lock if "==" in line)


def test_new_import_is_seen(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("def f():\n    from idna.core import x\nif TYPE_CHECKING:\n    import mypy_boto3_s3\n")

    assert packages([planted]) == {"idna"}
    assert packages([planted], types=True) == {"idna", "mypy-boto3-s3"}
