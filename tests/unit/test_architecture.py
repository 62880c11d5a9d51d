"""The folder tells what a file may touch: this walks the imports and the sizes."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "settlement" / "settlement"
FUNCTIONS = ROOT / "functions"

MAY_IMPORT = {
    "domain": {"settlement.domain"},
    "use_cases": {"settlement.domain", "settlement.use_cases"},
    "storage": {
        "settlement.domain",
        "settlement.storage",
        "settlement.use_cases.ports",
        "settlement.use_cases.feed_ports",
    },
    "connectors": {"settlement.domain", "settlement.connectors", "settlement.use_cases.ports"},
    "api": {"settlement.domain", "settlement.use_cases", "settlement.api"},
}
"""What of the package each of its folders may import."""

ONLY_STANDARD_LIBRARY = ("domain", "use_cases")
AWS = {"boto3", "botocore", "aws_lambda_powertools", "mypy_boto3_dynamodb"}
MAX_LINES_OF_FILE, MAX_LINES_OF_FUNCTION = 400, 50

MODULES = sorted(PACKAGE.rglob("*.py"))
ALL_FILES = [*MODULES, *sorted(FUNCTIONS.rglob("*.py")), *sorted((ROOT / "local").rglob("*.py"))]


def name_of(path: Path) -> str:
    """A short name for the test's id."""
    return str(path.relative_to(ROOT))


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(module: str, allowed: set[str]) -> bool:
    """Whether a module is one of the allowed ones or inside of it."""
    return any(module == name or module.startswith(f"{name}.") for name in allowed)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_folder_imports_only_what_it_may(path: Path) -> None:
    folder = path.relative_to(PACKAGE).parts[0]
    if folder not in MAY_IMPORT:
        return

    own = {module for module in imports_of(path) if module == "settlement" or module.startswith("settlement.")}
    forbidden = {module for module in own if not within(module, MAY_IMPORT[folder])}

    assert not forbidden


@pytest.mark.parametrize("folder", ONLY_STANDARD_LIBRARY)
def test_domain_and_use_cases_need_nothing_but_the_standard_library(folder: str) -> None:
    for path in sorted((PACKAGE / folder).rglob("*.py")):
        tops = {module.partition(".")[0] for module in imports_of(path)} - {"settlement"}
        assert tops <= sys.stdlib_module_names, path


def test_boto3_stays_in_storage_functions_and_bootstrap() -> None:
    for path in MODULES:
        first = path.relative_to(PACKAGE).parts[0]
        if first not in ("storage", "bootstrap.py"):
            tops = {module.partition(".")[0] for module in imports_of(path)}
            assert not tops & {"boto3", "botocore"}, path


def test_http_client_stays_in_connectors() -> None:
    for path in MODULES:
        if path.relative_to(PACKAGE).parts[0] != "connectors":
            assert "httpx" not in {module.partition(".")[0] for module in imports_of(path)}, path


def test_domain_reads_no_clock_and_draws_no_random_number() -> None:
    for path in sorted((PACKAGE / "domain").rglob("*.py")):
        tops = {module.partition(".")[0] for module in imports_of(path)}
        assert not tops & {"random", "secrets", "time", "os"}, path
        assert "now(" not in path.read_text(), path


@pytest.mark.parametrize("path", ALL_FILES, ids=name_of)
def test_file_and_its_functions_are_short(path: Path) -> None:
    text = path.read_text()
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    too_long = {
        f"{node.name}: {length} lines"
        for node in functions
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_LINES_OF_FUNCTION
    }

    assert text.count("\n") <= MAX_LINES_OF_FILE
    assert not too_long


@pytest.mark.parametrize("path", ALL_FILES, ids=name_of)
def test_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_no_file_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "data", "info"}

    assert not [path for path in ALL_FILES if path.stem in drawers]


def test_only_the_masking_logger_is_made() -> None:
    makers = {name_of(path) for path in ALL_FILES if re.search(r"\bLogger\(", path.read_text())}
    assert makers == {"layers/settlement/settlement/logs.py"}


def test_nothing_that_is_deployed_parses_xml_or_runs_what_it_was_sent() -> None:
    """Embedded documents are text (XML is never parsed), and no input is code."""
    banned = {"xml", "lxml", "defusedxml", "xmltodict", "pickle", "marshal", "shelve", "subprocess"}
    deployed = [*MODULES, *sorted(FUNCTIONS.rglob("*.py"))]
    assert [name_of(path) for path in deployed if banned & {name.split(".")[0] for name in imports_of(path)}] == []
    assert [name_of(path) for path in deployed if re.search(r"(?<![\w.])(eval|exec)\(", path.read_text())] == []
