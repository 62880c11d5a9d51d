"""The documents agree with the code, and every link in them leads somewhere."""

import ast
import re
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path

import pytest

from settlement.domain.transaction import leg, operation
from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.operation import OperationState
from settlement.domain.transaction.statuses import OrderStatus
from settlement.storage import keys
from tests.support.headings import anchors, documents, headings, section
from tests.template.cloudformation import CHECKOUT
from tests.unit.test_architecture import LAYER, ROOMS

PACKAGE = CHECKOUT / "layers" / "settlement" / "settlement"
ARCHITECTURE = CHECKOUT / "docs" / "architecture.md"
DECISIONS = CHECKOUT / "docs" / "decisions.md"

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^()\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)


def links() -> Iterator[tuple[Path, str]]:
    """Yield every link within the repository, with the document it stands in."""
    for document in documents():
        for target in _LINK.findall(_CODE.sub("", document.read_text(encoding="utf-8"))):
            if "://" not in target:
                yield document, target


def test_every_link_leads_to_a_file_and_a_heading() -> None:
    broken = []
    for document, target in links():
        name, _, anchor = target.partition("#")
        path = (document.parent / name).resolve() if name else document
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(f"{document.relative_to(CHECKOUT)}: {target}")
    assert not broken


@pytest.mark.parametrize(
    ("number", "states"), [("8.1", OrderStatus), ("8.2", OperationState), ("8.3", LegState)], ids=str
)
def test_state_diagram_has_every_state_and_no_other(number: str, states: type[StrEnum]) -> None:
    diagram = section(ARCHITECTURE, number)
    aliases = {alias: name for name, alias in re.findall(r'state "([\w-]+)" as (\w+)', diagram)}
    ends = {end for pair in re.findall(r"(\S+) --> (\S+?)(?=:|\n)", diagram) for end in pair} - {"[*]"}
    assert {aliases.get(end, end) for end in ends} == {state.value for state in states}


@pytest.mark.parametrize(
    ("number", "following"),
    [("8.2", operation.FOLLOWING_STATES), ("8.3", leg.FOLLOWING_STATES)],
    ids=["operation", "leg"],
)
def test_state_diagram_is_the_table_that_is_held(number: str, following: Mapping[StrEnum, frozenset[StrEnum]]) -> None:
    drawn = set(re.findall(r"(\w+) --> (\w+)", section(ARCHITECTURE, number)))
    assert drawn == {(before.value, after.value) for before, states in following.items() for after in states}


def test_functions_are_all_told_of() -> None:
    told = set(re.findall(r"`([a-z_]+)`", "".join(re.findall(r"(?m)^\| (`[^|]*) \|", section(ARCHITECTURE, "4")))))
    assert told == {path.parent.name for path in (CHECKOUT / "functions").glob("*/app.py")}


def test_table_of_access_patterns_has_every_kind_of_key() -> None:
    source = Path(keys.__file__).read_text(encoding="utf-8")
    texts = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    kinds = {
        kind for text in texts for kind in re.findall(r"\b[A-Z][A-Z-]+\b(?=#|$)", str(text)) if " " not in str(text)
    }
    told = section(ARCHITECTURE, "6")
    assert {kind for kind in kinds if kind not in told} == set()
    assert len(kinds) > 20


def test_table_of_imports_is_what_is_held() -> None:
    held = {room.folder.removeprefix(f"{LAYER}/"): room.own for room in ROOMS if room.folder.startswith(f"{LAYER}/")}
    told = {}
    for row in section(ARCHITECTURE, "5").splitlines():
        cells = [re.findall(r"`([^`]+)`", cell) for cell in row.strip("|").split("|")]
        if len(cells) == 3 and cells[0] and cells[0][0] in held:
            told[cells[0][0]] = {f"settlement.{name}" for name in cells[2]}
    assert told == held


def test_readers_in_the_table_of_access_patterns_exist() -> None:
    folders = (PACKAGE / "use_cases", PACKAGE / "storage", CHECKOUT / "functions")
    told = {
        name
        for row in section(ARCHITECTURE, "6").splitlines()
        if row.startswith("| ")
        for name in re.findall(r"`([a-z_]+)`", row.strip("|").split("|")[-1])
    }
    assert {name for name in told if not any(list(folder.glob(f"**/{name}*")) for folder in folders)} == set()


@pytest.mark.parametrize("number", ["3", "5", "6", "9"])
def test_files_that_are_named_exist(number: str) -> None:
    named = re.findall(r"`([\w./*-]+\.(?:py|yaml|md))`", section(ARCHITECTURE, number))
    missing = {name for name in named if not any(list(root.glob(name)) for root in (CHECKOUT, PACKAGE))}
    assert not missing


def test_decisions_have_each_a_number_and_a_date() -> None:
    titles = [text for level, text, _ in headings(DECISIONS) if level == 3]
    numbers = sorted(int(title.split(" ", 1)[0].removeprefix("D")) for title in titles)
    assert numbers == list(range(1, len(titles) + 1))
    for title in titles:
        dated = re.match(r"\n\n\*(\d{4}-\d\d-\d\d)\.\* \S", section(DECISIONS, title.split(" ", 1)[0]))
        assert dated is not None, title
        date.fromisoformat(dated[1])


def test_every_decision_has_a_heading() -> None:
    loose = re.findall(r"(?m)^\*\*.*", DECISIONS.read_text(encoding="utf-8"))
    assert not loose
