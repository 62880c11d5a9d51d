"""README and docs say what code and template say: routes, errors, limits, parameters, settings, events."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic.alias_generators import to_camel

from operations.command_line import app as operators
from operations.output import FOUND, MISUSED, STOPPED
from settlement.api.affiliations.names import Key
from settlement.api.contract.descriptions import DESCRIBED
from settlement.api.contract.refusals import WHEN
from settlement.domain.account.account import EVERY_ROLE, AccountSettings, Role
from settlement.domain.connectors.capabilities import Capability
from settlement.domain.events import PUBLISHED
from settlement.domain.order.fiscal_record import FiscalCode
from settlement.domain.transaction.statuses import OrderStatus, TransactionStatus
from settlement.use_cases.previews.warn import WarningCode
from tests.support.headings import documents
from tests.template.cloudformation import CHECKOUT, load_template, of_type

DOCS = CHECKOUT / "docs"
EVENTS = (DOCS / "events.md").read_text(encoding="utf-8")
TEMPLATE = load_template()
LAYER = CHECKOUT / "layers" / "settlement" / "settlement"

Row = tuple[str, ...]


def constant(name: str) -> int:
    """Return a limit by its name, which is set in one place of the code."""
    files = [*LAYER.rglob("*.py"), *(CHECKOUT / "functions").glob("*/app.py")]
    found = {
        value for file in files for value in re.findall(rf"(?m)^{name} = ([0-9_]+)$", file.read_text(encoding="utf-8"))
    }
    assert len(found) == 1, f"{name}: {found}"
    return int(found.pop())


def section(document: str, title: str) -> str:
    """Return the text under a heading of a document, up to the next heading of its own level or above."""
    text = (CHECKOUT / document).read_text(encoding="utf-8")
    level, name = title.split(" ", 1)
    start = re.search(rf"(?m)^{level} {re.escape(name)}$", text)
    assert start is not None, f"{document} has no section {title}"
    end = re.compile(rf"(?m)^#{{1,{len(level)}}} ").search(text, start.end())
    return text[start.end() : end.start() if end else len(text)]


def limits() -> dict[str, str]:
    """Return the limits that the document tells, each with its figure."""
    return {row[0]: row[1] for row in table("docs/limits.md", "# Limits")}


def rows(text: str) -> list[Row]:
    """Return the rows of the tables in a text, headings and rules left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heads = {index - 1 for index, line in enumerate(lines) if set(line) <= set("|-: ")}
    return [
        tuple(cell.strip() for cell in line.strip("|").split(" | "))
        for index, line in enumerate(lines)
        if index not in heads and not set(line) <= set("|-: ")
    ]


def table(document: str, title: str) -> list[Row]:
    """Return the rows of the tables under a heading of a document."""
    return rows(section(document, title))


def quoted(cell: str) -> list[str]:
    """Return what stands in backquotes in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def queue_names() -> set[str]:
    """Return the names of the template's dead-letter queues, without the stack's."""
    queues = of_type(TEMPLATE, "AWS::SQS::Queue")
    return {queue["QueueName"]["Fn::Sub"].removeprefix("${AWS::StackName}-") for queue in queues.values()}


def operators_options() -> dict[str, set[str]]:
    """Return the options that each of the operators' commands takes."""
    top = typer.main.get_command(operators)
    assert isinstance(top, typer.core.TyperGroup)
    there = {}
    for name, command in top.commands.items():
        below = command.commands.values() if isinstance(command, typer.core.TyperGroup) else [command]
        there[name] = {option for each in below for parameter in each.params for option in parameter.opts}
    return there


def routes() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every route of the template with its event."""
    for function in of_type(TEMPLATE, "AWS::Serverless::Function").values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "Api":
                properties = event["Properties"]
                yield f"{properties['Method'].upper()} {properties['Path']}", properties


def published_codes() -> set[str]:
    """Return every error code that the package can answer with."""
    codes = set()
    for file in [
        *(LAYER / "domain").rglob("*.py"),
        *(LAYER / "use_cases").rglob("*.py"),
        LAYER / "api" / "resolver.py",
    ]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.AnnAssign(target=ast.Name("code"), value=ast.Constant(str(code))):
                    codes.add(code)
                case ast.Assign(targets=[ast.Name("code")], value=ast.Constant(str(code))):
                    codes.add(code)
                case ast.Assign(targets=[ast.Tuple()], value=ast.Tuple(elts=[_, ast.Constant(str(code))])):
                    codes.add(code)
                case ast.keyword(arg="code", value=ast.Constant(str(code))):
                    codes.add(code)
                case ast.Assign(targets=[ast.Attribute(attr="published_code")], value=ast.Constant(str(code))):
                    codes.add(code)
                case ast.Call(func=ast.Name("_error"), args=[_, ast.Constant(str(code)), *_]):
                    codes.add(code)
    return codes


def test_api_table_has_the_routes_of_the_template_and_no_other() -> None:
    told = [quoted(row[0])[0] for row in table("docs/api.md", "## Routes") if re.match(r"`[A-Z]+ /", row[0])]
    assert sorted(told) == sorted(name for name, _ in routes())


def test_api_table_says_which_routes_need_no_key() -> None:
    told = {quoted(row[0])[0] for row in table("docs/api.md", "## Routes") if row[-1].startswith("none")}
    assert told == {name for name, properties in routes() if properties.get("Auth") == {"Authorizer": "NONE"}}


def test_api_table_names_the_roles_of_each_route() -> None:
    told = {quoted(row[0])[0]: row[-1] for row in table("docs/api.md", "## Routes") if re.match(r"`[A-Z]+ /", row[0])}
    for route in DESCRIBED:
        name = f"{route.method.upper()} {route.path}"
        if route.roles:
            assert told[name] == ", ".join(role.value for role in route.roles), name


def test_every_role_is_named() -> None:
    told = [quoted(row[0])[0] for row in table("docs/deployment.md", "## App keys and roles")]
    assert told == [*(role.value for role in Role), EVERY_ROLE]


def test_error_table_has_every_code_and_no_other() -> None:
    told = {code for row in table("docs/api.md", "## Errors") for code in quoted(row[1])}
    assert told == published_codes() | {code.value for code in FiscalCode} == {code for _, code in WHEN}


def test_error_table_says_what_the_catalogue_says() -> None:
    told = {(int(row[0]), code): row[2] for row in table("docs/api.md", "## Errors") for code in quoted(row[1])}
    assert told == WHEN


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        ("lines of an order", "MAX_LINES"),
        ("payments of an order", "MAX_PAYMENTS"),
        ("items of an invoice", "MAX_INVOICE_ITEMS"),
        ("invoices of an order", "MAX_INVOICES"),
        ("texts and documents of all invoices of an order", "MAX_INVOICES_BYTES"),
        ("registered changes of an order", "MAX_CHANGES"),
        ("modifications of an order", "MAX_MODIFICATIONS"),
        ("operations waiting on a transaction", "MAX_WAITING"),
        ("operations of a transaction that takes direct requests and retries", "MAX_OPERATIONS"),
        ("calls of an operation", "MAX_LEGS"),
        ("calls that one retry of an operation takes over", "MAX_RETRIED_AT_ONCE"),
        ("events of a timeline that takes interactions, tracking and additional data", "MAX_TIMELINE"),
        ("names of a transaction's additional data", "MAX_ADDITIONAL_DATA"),
        ("names of additional data in one request", "MAX_DATA_AT_ONCE"),
        ("additional data under one name", "MAX_DATA_CHARACTERS"),
        ("totals of an order", "MAX_TOTALS"),
        ("installments of a payment", "MAX_INSTALLMENTS"),
        ("price tags of an item of a modification", "MAX_TAGS"),
        ("sightings of a parcel at once", "MAX_SIGHTINGS"),
        ("sightings of a parcel", "MAX_SIGHTINGS_IN_ALL"),
        ("texts of an invoice's items, and of a parcel's sightings", "MAX_TEXT_BYTES"),
        ("a modification's request, with its settings", "MAX_REQUEST_BYTES"),
        ("settings of modifications", "MAX_SETTINGS_BYTES"),
        ("the name of an item", "MAX_NAME_BYTES"),
        ("any other text", "MAX_ANY_TEXT"),
        ("an `Idempotency-Key`", "MAX_KEY_LENGTH"),
        ("seconds that a feed hides an update", "MAX_VISIBILITY_SECONDS"),
        ("seconds that a feed keeps an update, at least 60", "MAX_RETENTION_SECONDS"),
        ("remainders in one attempt", "MAX_REMAINDERS_AT_ONCE"),
        ("callbacks and notifications of one authorisation", "MAX_CALLBACKS"),
        ("a request's body", "MAX_BODY_BYTES"),
        ("arrays and objects in each other, in a body", "MAX_DEPTH"),
        ("an embedded invoice document", "MAX_DOCUMENT_BYTES"),
        ("an amount", "MAX_DIGITS"),
        ("a quantity", "MAX_QUANTITY"),
        ("events in one answer of `…/interactions`", "MAX_EVENTS"),
        ("a connector's or a hook's answer", "MAX_ANSWER_BYTES"),
        ("an answer of the journal, as JSON of ASCII, which ends with the entry that reaches it", "MAX_JOURNAL_BYTES"),
        ("orders in one list", "MAX_LISTED"),
        ("orders on one page of a list", "MAX_PER_PAGE"),
        ("months in one list", "MAX_MONTHS"),
        ("work items whose orders a list looks at", "MAX_WORK"),
        ("orders that one term finds", "MAX_FOUND"),
        ("orders, the newest, among whose payments a list looks for a part of an id", "MAX_HEADS"),
        ("transactions in one answer of totals", "MAX_TRANSACTIONS"),
        ("updates in one answer of a feed", "MAX_LOT"),
        ("updates in one commit", "MAX_COMMITS"),
        ("feeds of an account", "MAX_FEEDS"),
        ("hooks of an account", "MAX_HOOKS"),
        ("secrets of a hook", "MAX_SECRETS"),
        ("deliveries in one answer of a hook's log", "MAX_DELIVERIES"),
        ("connectors of an account", "MAX_CONNECTORS"),
        ("lines of one payment in a settlement report; those behind them are rejected", "MAX_LINES_OF_PAYMENT"),
    ],
)
def test_limit_is_the_one_in_the_code(words: str, limit: str) -> None:
    assert limits()[words].split(" ")[0] == f"{constant(limit):,}"


def test_limit_of_a_connector_call_is_the_one_in_the_template() -> None:
    most = TEMPLATE["Parameters"]["ConnectorTimeoutSeconds"]["MaxValue"]
    assert limits()["a connector call, name look-up to last byte"] == f"{most} s"


def test_template_parameters_are_listed_with_their_defaults() -> None:
    told = {
        quoted(row[0])[0]: (quoted(row[1]) or [""])[0]
        for row in table("docs/configuration.md", "## Template parameters")
    }
    assert told == {name: str(parameter["Default"]) for name, parameter in TEMPLATE["Parameters"].items()}


def test_account_settings_are_listed_with_their_defaults() -> None:
    told = {
        quoted(row[0])[0]: (quoted(row[1]) or [""])[0] for row in table("docs/configuration.md", "## Account settings")
    }
    defaults = {field.name: getattr(AccountSettings(), field.name) for field in fields(AccountSettings)}
    assert told == {
        to_camel(name): "" if value == () else str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in defaults.items()
    }


def test_names_of_a_connectors_configuration_are_listed() -> None:
    told = [name for row in table("docs/configuration.md", "## Connectors") if len(row) == 3 for name in quoted(row[0])]
    assert sorted(told) == sorted(Key)


def test_capabilities_are_listed() -> None:
    told = [name for row in table("docs/configuration.md", "## Connectors") if len(row) == 4 for name in quoted(row[0])]
    assert told == list(Capability)


def test_statuses_are_listed() -> None:
    told = [status for row in table("docs/api.md", "## Statuses") for status in quoted(row[0])]
    assert told == [status.value for status in (*OrderStatus, *TransactionStatus)]


def test_warnings_of_previews_are_listed() -> None:
    told = [code for row in table("docs/api.md", "## Previews") for code in quoted(row[0])]
    assert told == [code.value for code in WarningCode]


def test_alarms_are_listed() -> None:
    told = {
        name for row in table("docs/runbook.md", "## Alarms and queues") for name in re.findall(r"\w+Alarm", row[0])
    }
    alarms = of_type(TEMPLATE, "AWS::CloudWatch::Alarm")
    functions = {
        name.removesuffix("Function") + "ErrorsAlarm" for name in of_type(TEMPLATE, "AWS::Serverless::Function")
    }
    assert told - {"ErrorsAlarm"} == set(alarms) - functions


def test_every_alarm_has_a_section_that_says_what_to_do() -> None:
    runbook = section("docs/runbook.md", "## Alarms and queues")
    listed = [found for row in rows(runbook) for found in re.findall(r"\[(…?\w+Alarm)\]", row[0])]
    assert re.findall(r"(?m)^### (…?\w+Alarm)$", runbook) == listed
    for alarm in listed:
        assert len(section("docs/runbook.md", f"### {alarm}").split()) > 20, alarm


def test_every_dead_letter_queue_is_told_with_its_alarm() -> None:
    told = {name.removeprefix("…-") for row in table("docs/runbook.md", "## Alarms and queues")
            for name in quoted(row[2])}  # fmt: skip
    assert told == queue_names()


def test_every_operators_command_is_told() -> None:
    told = {quoted(row[0])[0] for row in table("docs/runbook.md", "## Commands") if "`quita " in row[0]}
    commands = {command.name or getattr(command.callback, "__name__", "") for command in operators.registered_commands}
    groups = {group.name for group in operators.registered_groups}
    assert told == {f"quita {name}" for name in commands | groups}


def test_every_exit_code_is_told() -> None:
    told = {int(row[0]) for row in table("docs/runbook.md", "## Commands") if row[0].isdigit()}
    assert told == {0, STOPPED, FOUND, MISUSED}


def test_options_in_the_documents_are_those_of_the_commands() -> None:
    there = operators_options()
    for document in documents():
        for line in document.read_text(encoding="utf-8").splitlines():
            for words in re.findall(
                r"\bquita (audit|receivables|redrive|republish|rebuild|status|sweep|key)\b([^`|#]*)", line
            ):
                given = set(re.findall(r"(?<!\S)--[a-z-]+", words[1]))
                assert given <= there[words[0]], (document.name, line)


def test_readme_is_short() -> None:
    assert len((CHECKOUT / "README.md").read_text(encoding="utf-8").splitlines()) <= 250


def test_make_targets_are_listed() -> None:
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"(?m)^([a-z-]+):.*## ", makefile)
    told = [quoted(row[0])[0].removeprefix("make ") for row in table("CONTRIBUTING.md", "## Commands")]
    assert sorted([*told, "help"]) == sorted(targets)


def test_published_events_are_described_and_no_other() -> None:
    told = set(re.findall(r"(?m)^### (\w+)$", EVENTS))
    assert told == {event.value for event in PUBLISHED}


def test_every_threat_names_tests_that_exist() -> None:
    security = (CHECKOUT / "SECURITY.md").read_text(encoding="utf-8")
    there = {
        name for file in (CHECKOUT / "tests").rglob("*.py") for name in re.findall(r"def (test_\w+)", file.read_text())
    }
    threats = [row for row in rows(security) if row[0] in set("STRIDE")]
    assert {row[0] for row in threats} == set("STRIDE")
    for row in threats:
        assert quoted(row[3]), row
        assert set(quoted(row[3])) <= there, row


@pytest.mark.parametrize(
    "file", [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))], ids=lambda f: f.name
)
def test_links_lead_somewhere(file: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", file.read_text(encoding="utf-8"))
    assert [link for link in links if not (file.parent / link).exists()] == []
