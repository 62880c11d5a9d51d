"""The folder tells what a file may touch: this walks the imports and the sizes."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "settlement" / "settlement"
FUNCTIONS = ROOT / "functions"


EVERYWHERE = frozenset({"settlement.values"})
"""What files of every room may import."""


@dataclass(frozen=True)
class Room:
    """A folder, and what its files may import beside the standard library: of this repository, and packages."""

    folder: str
    own: frozenset[str]
    packages: frozenset[str] = frozenset()
    but: tuple[str, ...] = ()
    """Folders within it that are rooms of their own."""

    def files(self) -> list[Path]:
        """Its files."""
        apart = [ROOT / self.folder / folder for folder in self.but]
        found = sorted((ROOT / self.folder).rglob("*.py"))
        return [path for path in found if not any(path.is_relative_to(folder) for folder in apart)]

    def forbidden(self, imports: Iterable[str]) -> set[str]:
        """What of these it may not import."""
        return {
            module
            for module in imports
            if (top := module.partition(".")[0]) not in sys.stdlib_module_names
            and top not in self.packages
            and not within(module, self.own | EVERYWHERE)
        }


def _room(folder: str, own: str, packages: str = "", but: tuple[str, ...] = ()) -> Room:
    return Room(folder, frozenset(own.split()), frozenset(packages.split()), but)


LAYER = "layers/settlement/settlement"
OUTSIDE = "settlement.use_cases.shared.ports settlement.use_cases.updates.feed_ports"
STUBS = "mypy_boto3_dynamodb mypy_boto3_events mypy_boto3_secretsmanager mypy_boto3_sqs mypy_boto3_stepfunctions"
DOMAIN = {
    "": "actor currencies errors events figures identity money transitions",
    "order": "actor errors money",
    "ledger": "",
    "connectors": "actor errors ledger order",
    "planning": "connectors ledger money",
    "transaction": "actor connectors errors events identity ledger money order planning reconciliation transitions",
    "bookkeeping": "events reconciliation",
    "changes": "errors money order transaction",
    "account": "bookkeeping planning transaction",
    "fiscal": "errors money order",
    "reconciliation": "actor money transitions",
    "privacy": "order",
    "audit": "changes connectors events ledger order reconciliation transaction",
}
"""The rooms of the domain, and those below them; the first is for the files that stand in none of them."""

USE_CASES = {
    "": "",
    "shared": "",
    "workflow": "shared",
    "recovery": "shared workflow",
    "orders": "reconciliation recovery shared workflow",
    "gateway": "orders reconciliation shared workflow",
    "previews": "shared workflow",
    "approvals": "gateway orders previews recovery shared workflow",
    "connectors": "shared workflow",
    "updates": "shared",
    "account": "shared",
    "bookkeeping": "",
    "upkeep": "shared",
    "reconciliation": "shared",
}
"""The rooms of the use cases, and those below them."""
API = {
    "": "contract.routes shared",
    "shared": "",
    "affiliations": "shared",
    "approvals": "shared",
    "change_summaries": "modifications orders shared",
    "changes": "shared",
    "checkout": "payments shared shopper",
    "feeds": "shared",
    "invoices": "reports shared",
    "journal": "shared",
    "modifications": "approvals previews shared",
    "operations": "shared transactions",
    "order_lists": "shared",
    "order_searches": "order_lists shared",
    "orders": "changes invoices payments reports shared shopper",
    "payments": "shared",
    "previews": "shared",
    "settings": "shared",
    "shopper": "shared",
    "timeline": "shared",
    "totals": "shared",
    "receivables": "shared",
    "reports": "shared",
    "transactions": "payments reports shared",
    "work": "shared",
}
"""The rooms of the API, and those below them: resources know none of the contract, which knows them all."""


def _inner_rooms(
    folder: str, rooms: dict[str, str], below: str = "", packages: str = "", apart: str = ""
) -> Iterator[Room]:
    """The rooms within a folder: each may import itself, the ones below it, and what is below the folder."""
    package = f"settlement.{folder}"
    for name, others in rooms.items():
        own = " ".join(f"{package}.{room}" for room in (name, *others.split()) if room)
        but = () if name else (*tuple(rooms)[1:], *apart.split())
        yield _room(f"{LAYER}/{folder}/{name}".rstrip("/"), f"{own} {below}", packages, but)


WIRED = "settlement.bootstrap settlement.environment settlement.logs settlement.metrics"
ROOMS = (
    *_inner_rooms("domain", DOMAIN),
    *_inner_rooms("use_cases", USE_CASES, "settlement.domain"),
    _room(
        f"{LAYER}/storage",
        f"settlement.domain settlement.storage {OUTSIDE}",
        f"botocore certifi {STUBS}",
    ),
    _room(f"{LAYER}/reports", "settlement.domain settlement.reports"),
    _room(
        f"{LAYER}/connectors",
        "settlement.domain settlement.connectors settlement.use_cases.shared.ports",
        "certifi httpcore",
    ),
    *_inner_rooms(
        "api",
        API,
        "settlement.domain settlement.use_cases",
        "aws_lambda_powertools pydantic pydantic_core typing_extensions",
        "contract",
    ),
    _room(
        f"{LAYER}/api/contract", "settlement.domain settlement.use_cases settlement.api", "pydantic typing_extensions"
    ),
    _room(
        f"{LAYER}/console",
        "settlement.domain settlement.use_cases settlement.reports settlement.api settlement.console",
        "aws_lambda_powertools babel jinja2",
    ),
    _room(
        LAYER,
        "settlement.domain settlement.use_cases settlement.storage settlement.connectors settlement.environment",
        f"boto3 botocore aws_lambda_powertools {STUBS}",
        but=("domain", "use_cases", "storage", "connectors", "reports", "api", "console"),
    ),
    _room(
        "functions",
        f"settlement.api settlement.domain settlement.use_cases {WIRED}",
        f"aws_lambda_powertools {STUBS}",
        but=("authorizer", "event_relay", "operator_console", "report_intake", "report_reading", "sandbox_connector"),
    ),
    *(
        _room(
            f"functions/{name}",
            f"settlement.api settlement.domain settlement.reports settlement.use_cases {WIRED}",
            "aws_lambda_powertools",
        )
        for name in ("report_intake", "report_reading")
    ),
    _room("functions/operator_console", f"settlement.console.site {WIRED}", "aws_lambda_powertools"),
    _room("functions/authorizer", f"settlement.storage.app_keys {WIRED}", "aws_lambda_powertools"),
    _room("functions/event_relay", f"settlement.storage {WIRED}", "aws_lambda_powertools"),
    _room(
        "functions/sandbox_connector",
        "settlement sandbox_calls sandbox_provider sandbox_scripts sandbox_store",
        f"aws_lambda_powertools botocore {STUBS}",
    ),
    _room("operations", "operations settlement", f"boto3 botocore typer rich {STUBS}"),
    _room("conformance", "conformance settlement.domain settlement.connectors"),
    _room(
        "local",
        "local operations settlement.domain settlement.storage",
        "botocore httpx hypercorn yaml ministack uvicorn uvloop",
    ),
    _room("testkit", "testkit settlement", "httpx"),
    _room("tools", "tools local testkit settlement.domain", "iso4217 playwright"),
    _room(
        "bench",
        "bench local operations settlement testkit sandbox_provider sandbox_scripts",
        f"boto3 botocore httpx {STUBS}",
    ),
)
"""Every folder of code but the tests."""


def _planted_in(folder: str, rooms: dict[str, str], everywhere: str) -> dict[str, str]:
    """What the rooms within a folder must not import: what none may, and the rooms that are not below them."""
    return {
        f"{LAYER}/{folder}/{name}".rstrip("/"): " ".join(
            [everywhere, *(f"settlement.{folder}.{room}" for room in rooms if room not in (name, *below.split(), ""))]
        )
        for name, below in rooms.items()
    }


PLANTED = {
    **_planted_in("domain", DOMAIN, "settlement.use_cases.shared.ports settlement.storage boto3 pydantic"),
    **_planted_in(
        "use_cases",
        USE_CASES,
        "settlement.storage.table settlement.api settlement.connectors.ppp boto3 httpcore httpx pydantic",
    ),
    f"{LAYER}/storage": "settlement.use_cases.shared.heads settlement.api settlement.connectors httpcore httpx",
    f"{LAYER}/reports": "settlement.use_cases.shared.ports settlement.storage settlement.api boto3 pydantic",
    f"{LAYER}/connectors": "settlement.use_cases.shared.heads settlement.storage settlement.api boto3 httpx pydantic",
    **_planted_in(
        "api",
        API,
        "settlement.api.contract.document settlement.storage.table settlement.connectors.ppp settlement.bootstrap "
        "boto3 httpcore httpx",
    ),
    f"{LAYER}/api/contract": "settlement.storage.table settlement.bootstrap aws_lambda_powertools boto3 tests testkit",
    f"{LAYER}/console": "settlement.storage.table settlement.connectors.ppp settlement.bootstrap boto3 httpx tests",
    LAYER: "settlement.api settlement.console local httpcore httpx jinja2",
    **dict.fromkeys(
        ("functions/report_intake", "functions/report_reading"), "settlement.storage settlement.console jinja2 boto3"
    ),
    "functions/operator_console": "settlement.api settlement.use_cases settlement.storage jinja2 boto3",
    "functions": "settlement.storage settlement.console settlement.connectors.ppp jinja2 local operations boto3 "
    "httpcore httpx tests testkit",
    "functions/authorizer": "settlement.api settlement.use_cases settlement.storage.dynamodb boto3",
    "functions/event_relay": "settlement.api settlement.use_cases settlement.connectors boto3",
    "functions/sandbox_connector": "local operations boto3 httpx",
    "operations": "local.settings conformance bench tests ministack",
    "conformance": "settlement.storage settlement.use_cases local operations boto3 httpx",
    "local": "bench tests testkit tools conformance settlement.use_cases settlement.api boto3 iso4217",
    "testkit": "tests bench local operations conformance boto3 moto pytest",
    "tools": "bench tests operations conformance settlement.storage settlement.use_cases boto3 httpx",
    "bench": "conformance moto tests tools",
}
"""For each room, what it must not import: the test sees every one of them."""

MAX_LINES_OF_FILE, MAX_LINES_OF_FUNCTION = 400, 50

MODULES = sorted(PACKAGE.rglob("*.py"))
ALL_FILES = [path for room in ROOMS for path in room.files()]


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
            if node.module != "settlement":
                yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(module: str, allowed: Iterable[str]) -> bool:
    """Whether a module is one of the allowed ones or inside of it."""
    return any(module == name or module.startswith(f"{name}.") for name in allowed)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.folder)
def test_folder_imports_only_what_it_may(room: Room) -> None:
    found = {name_of(path): forbidden for path in room.files() if (forbidden := room.forbidden(imports_of(path)))}

    assert not found


@pytest.mark.parametrize(("room", "module"), [(room, name) for room in ROOMS for name in PLANTED[room.folder].split()])
def test_forbidden_import_is_seen(room: Room, module: str, tmp_path: Path) -> None:
    for text in (f"import {module}", f"from {module} import x", f"def f():\n    import {module} as y"):
        (tmp_path / "planted.py").write_text(text)
        assert room.forbidden(imports_of(tmp_path / "planted.py"))


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


def test_tests_are_short_too() -> None:
    lengths = {name_of(path): path.read_text().count("\n") for path in sorted((ROOT / "tests").rglob("*.py"))}

    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES_OF_FILE} == {}


@pytest.mark.parametrize("path", ALL_FILES, ids=name_of)
def test_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_no_file_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "data", "info"}

    assert not [path for path in ALL_FILES if path.stem in drawers]


def test_only_the_masking_logger_is_made() -> None:
    makers = {name_of(path) for path in ALL_FILES if re.search(r"\bLogger\(", path.read_text())}
    assert makers == {"layers/settlement/settlement/logs.py"}


def test_one_bounded_reader_parses_xml_and_nothing_runs_what_it_was_sent() -> None:
    """Fiscal documents are read without document types and entities; no input is code."""
    banned = {"xml", "lxml", "defusedxml", "xmltodict", "pickle", "marshal", "shelve", "subprocess"}
    deployed = [*MODULES, *sorted(FUNCTIONS.rglob("*.py"))]
    found = [name_of(path) for path in deployed if banned & {name.split(".")[0] for name in imports_of(path)}]
    assert found == [f"{LAYER}/domain/fiscal/xml_tree.py"]
    runs = [name_of(path) for path in deployed if re.search(r"(?<![\w.])(eval|exec)\(", path.read_text())]
    assert runs == [f"{LAYER}/values.py"], "constructors, made of the names of fields in this code"
