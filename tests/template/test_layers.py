"""What the layers ship is what the code needs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from settlement.console.language import LANGUAGES
from tests.template.cloudformation import CHECKOUT

SOURCES = [
    *(CHECKOUT / "layers" / "settlement" / "settlement").rglob("*.py"),
    *(CHECKOUT / "functions").rglob("*.py"),
]


def test_layer_keeps_the_data_of_every_aws_service_that_is_called() -> None:
    makefile = (CHECKOUT / "layers" / "dependencies" / "Makefile").read_text(encoding="utf-8")
    listed = re.search(r"^AWS_SERVICES := (.*)$", makefile, re.MULTILINE)
    assert listed is not None
    assert {service for source in SOURCES for service in _clients(source)} <= set(listed[1].split())


def test_every_lock_pins_what_the_functions_run_with() -> None:
    runtime = _pins(CHECKOUT / "layers" / "dependencies" / "requirements.txt")
    for name in ("dev", "local"):
        pins = _pins(CHECKOUT / "requirements" / f"{name}.txt")
        assert {package: pins[package] for package in runtime} == runtime


def test_development_tools_pin_what_the_console_runs_with() -> None:
    runtime = _pins(CHECKOUT / "layers" / "console" / "requirements.txt")
    pins = _pins(CHECKOUT / "requirements" / "dev.txt")
    assert {package: pins[package] for package in runtime} == runtime


def test_layer_of_the_console_keeps_the_locales_of_its_languages() -> None:
    makefile = (CHECKOUT / "layers" / "console" / "Makefile").read_text(encoding="utf-8")
    listed = re.search(r"^LOCALES := (.*)$", makefile, re.MULTILINE)
    assert listed is not None
    wanted = {language.replace("-", "_") for language in LANGUAGES}
    assert set(listed[1].split()) == {"root", *wanted, *(name.partition("_")[0] for name in wanted)}


def _clients(source: Path) -> set[str]:
    """Services named in calls like `session.client("dynamodb")`."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("client", "create_client", "resource")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def _pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)(?:\[.*\])?==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE))
