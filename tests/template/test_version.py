"""One version and one licence, wherever they are named."""

import json
import re
import tomllib

from settlement.api.contract.served import FILE
from tests.template.cloudformation import CHECKOUT, load_template

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OPENAPI = json.loads(FILE.read_text(encoding="utf-8"))["info"]
TEMPLATE = load_template()["Metadata"]["quita"]
CHANGELOG = (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_version_is_the_same_everywhere() -> None:
    newest = re.search(r"(?m)^## (\S+)", CHANGELOG)
    assert newest is not None
    assert {PROJECT["version"], OPENAPI["version"], TEMPLATE["Version"]} == {newest[1]}


def test_licence_is_the_same_everywhere() -> None:
    assert {PROJECT["license"], OPENAPI["license"]["identifier"], TEMPLATE["License"]} == {"Apache-2.0"}
    assert "Apache License\n                           Version 2.0" in (CHECKOUT / "LICENSE").read_text(
        encoding="utf-8"
    )
