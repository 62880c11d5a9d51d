"""Each function gets the variables that it reads, and no other; they are read in one place."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from settlement.environment import Environment, Variable
from tests.template.cloudformation import CHECKOUT, load_template, of_type

LAYER = CHECKOUT / "layers" / "settlement" / "settlement"
FUNCTIONS = CHECKOUT / "functions"
READER = LAYER / "environment.py"
TEMPLATE = load_template()
EVERYWHERE = set(TEMPLATE["Globals"]["Function"]["Environment"]["Variables"])
OF_LIBRARIES = {"LOG_LEVEL", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "PYDANTIC_DISABLE_PLUGINS"}
"""What Powertools and Pydantic read by themselves."""
VARIABLES = {name: entry for name, entry in vars(Environment).items() if isinstance(entry, Variable)}
DEPLOYED = {
    re.sub(r"(?<=[a-z])(?=[A-Z])", "_", logical_id.removesuffix("Function")).lower(): set(
        properties.get("Environment", {}).get("Variables", {})
    )
    for logical_id, properties in of_type(TEMPLATE, "AWS::Serverless::Function").items()
}
"""The variables that the template sets for one function, by its folder."""


def attributes(tree: ast.AST, of: str) -> Iterator[str]:
    """What is asked of something that has this name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == of:
            yield node.attr


@cache
def read_by_wiring(name: str) -> frozenset[str]:
    """Return the variables that a function of ``bootstrap.py`` reads, by itself and through others there."""
    wiring = ast.parse((LAYER / "bootstrap.py").read_text(encoding="utf-8"))
    functions = {node.name: node for node in wiring.body if isinstance(node, ast.FunctionDef)}
    tree = functions[name]
    called = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & (set(functions) - {name})
    return frozenset(attributes(tree, "ENVIRONMENT")).union(*map(read_by_wiring, called))


def read_by(folder: str) -> set[str]:
    """Return the names of the variables that a function reads."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (FUNCTIONS / folder).glob("*.py")]
    wired = {name for tree in trees for name in attributes(tree, "bootstrap")}
    found = {name for tree in trees for name in attributes(tree, "ENVIRONMENT")}.union(*map(read_by_wiring, wired))
    return {VARIABLES[name].name for name in found if name in VARIABLES}


@pytest.mark.parametrize("folder", DEPLOYED)
def test_function_is_given_what_it_reads(folder: str) -> None:
    optional = {variable.name for variable in VARIABLES.values() if variable.default is not None}

    assert read_by(folder) - optional <= DEPLOYED[folder] | EVERYWHERE


@pytest.mark.parametrize("folder", DEPLOYED)
def test_function_reads_what_it_is_given(folder: str) -> None:
    assert DEPLOYED[folder] <= read_by(folder)


def test_what_every_function_is_given_is_read() -> None:
    assert set.union(*map(read_by, DEPLOYED)) | OF_LIBRARIES >= EVERYWHERE


def test_every_variable_is_set_by_the_template_or_has_a_default() -> None:
    by_template = EVERYWHERE.union(*DEPLOYED.values())

    assert {variable.name for variable in VARIABLES.values() if variable.default is None} <= by_template


def direct_reads(text: str) -> list[str]:
    """Return where a source asks the process's environment by itself."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            found += [node.attr] if node.attr in ("environ", "environb", "getenv", "getenvb") else []
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            found += [alias.name for alias in node.names if alias.name.startswith(("environ", "getenv"))]
    return found


@pytest.mark.parametrize(
    "path",
    [path for folder in (LAYER, FUNCTIONS) for path in sorted(folder.rglob("*.py")) if path != READER],
    ids=lambda path: str(path.relative_to(CHECKOUT)),
)
def test_environment_is_read_in_one_place(path: Path) -> None:
    assert direct_reads(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("text", ['os.environ["A"]', 'os.getenv("A")', "from os import environ", "dict(os.environ)"])
def test_direct_read_is_seen(text: str) -> None:
    assert direct_reads(text)
