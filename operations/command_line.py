"""The command line of ``quita``, and its exit codes.

0: success. 1: the command cannot go on; the message gives the reason. 2: it found something for a person to look at, or
nothing at all. 64: wrong arguments.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from typer.exceptions import TyperException

from operations import keys as app_keys
from operations.output import MISUSED, STOPPED, CommandError, Output
from operations.stacks import Stack, cloud_client, the_stack
from settlement.domain.errors import Busy
from settlement.storage.app_keys import KeyRefused
from settlement.use_cases.shared.ports import Unavailable

REFUSALS = (CommandError, KeyRefused, Busy, Unavailable, BotoCoreError, ClientError)

app = typer.Typer(add_completion=False, help="Operate a quita stack.", rich_markup_mode=None)
key_app = typer.Typer(help="Create, rotate, disable, enable or list app keys.")
app.add_typer(key_app, name="key")

StackName = Annotated[
    str | None,
    typer.Option("--stack", help="A stack in the cloud, by the AWS credentials of the shell. None: the local one."),
]
Region = Annotated[str | None, typer.Option("--region", help="The stack's region, if it is not the shell's.")]
Account = Annotated[str | None, typer.Option("--account", help="Needed with --stack.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, for machines.")]
OneOrder = Annotated[str | None, typer.Option("--order", help="One order, by its id.")]
EveryOrder = Annotated[bool, typer.Option("--all", help="Every order of the account.")]
TableName = Annotated[str | None, typer.Option("--table", help="The keys' table, in place of --stack.")]
Key = Annotated[str, typer.Argument(help="1 to 64 of A-Z a-z 0-9 . _ -")]


def main(words: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    try:
        return app(args=words, prog_name="quita", standalone_mode=False) or 0
    except TyperException as error:
        print(f"{error.format_message()}\nA command lists its arguments with --help.", file=sys.stderr, flush=True)
        return MISUSED
    except typer.Abort:
        return STOPPED
    except REFUSALS as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        return STOPPED


@app.command()
def audit(
    order: OneOrder = None, every: EveryOrder = False, account: Account = None,
    stack: StackName = None, region: Region = None, as_json: AsJson = False,
) -> int:  # fmt: skip
    """Audit an order, or all: compare its stored figures with each other."""
    from operations.audit import audit as run
    from settlement.storage.dynamodb import DynamoDBStore

    _one_or_all(order, every)
    found = _the_stack(stack, region, account)
    store = DynamoDBStore(found.client("dynamodb"), found.outputs["TableName"])
    return run(store, found.account_of(account), order, Output(as_json))


@app.command()
def republish(
    order: OneOrder = None, every: EveryOrder = False, account: Account = None,
    since: Annotated[str | None, typer.Option(help="First moment of the events, ISO 8601, UTC.")] = None,
    until: Annotated[str | None, typer.Option(help="Last moment of the events, ISO 8601, UTC.")] = None,
    stack: StackName = None, region: Region = None, as_json: AsJson = False,
) -> int:  # fmt: skip
    """Publish events again from the table."""
    from operations.republish import republish as run

    _one_or_all(order, every)
    ends = _time("--since", since), _time("--until", until)
    found = _the_stack(stack, region, account)
    return run(found, found.account_of(account), order, ends, Output(as_json))


@app.command()
def reconcile(
    file: Annotated[Path, typer.Argument(help="The settlement report.")],
    format_: Annotated[str, typer.Option("--format", help="Its format: cielo-v15, adyen-settlement, camt.053, csv.")],
    mapping: Annotated[Path | None, typer.Option(help="JSON file that tells the columns of a CSV file.")] = None,
    sha256: Annotated[str | None, typer.Option("--sha256", help="The hash that the file must have.")] = None,
    lines: Annotated[Path | None, typer.Option(help="Write every line with its outcome here, as JSON lines.")] = None,
    account: Account = None, stack: StackName = None, region: Region = None, as_json: AsJson = False,
) -> int:  # fmt: skip
    """Hold a settlement report of an acquirer or bank against what was captured and refunded."""
    from operations.reconcile import Request
    from operations.reconcile import reconcile as run

    found = _the_stack(stack, region, account)
    return run(found, found.account_of(account), Request(file, format_, mapping, sha256, lines), Output(as_json))


@app.command()
def notes(
    month: Annotated[str, typer.Option("--month", help="The month of the orders, as 2026-07.")],
    out: Annotated[Path | None, typer.Option("--out", help="CSV file to write; none for standard output.")] = None,
    account: Account = None, stack: StackName = None, region: Region = None, as_json: AsJson = False,
) -> int:  # fmt: skip
    """Link each fiscal document with its captures, their authorisations and payouts, as CSV."""
    from operations.notes import notes as run
    from settlement.storage.dynamodb import DynamoDBStore

    if re.fullmatch("[0-9]{4}-(0[1-9]|1[0-2])", month) is None:
        raise CommandError(f"--month must be a year and a month, as 2026-07; got {month}")
    found = _the_stack(stack, region, account)
    store = DynamoDBStore(found.client("dynamodb"), found.outputs["TableName"])
    return run(store, found.account_of(account), month, out, Output(as_json))


@app.command()
def redrive(
    queues: Annotated[list[str] | None, typer.Argument(help="Queues such as parked-events; none for all.")] = None,
    stack: StackName = None, region: Region = None, as_json: AsJson = False,
) -> int:  # fmt: skip
    """Send the messages in the dead-letter queues back."""
    from operations.redrive.command import redrive as run

    return run(the_stack(stack, region), queues or [], Output(as_json))


@app.command()
def rebuild(
    source: Annotated[str, typer.Option("--from", help="A table's name, or a folder with an export.")],
    to: Annotated[str, typer.Option("--to", help="A table, empty or not created yet; its keys are the template's.")],
    region: Region = None,
    endpoint: Annotated[str | None, typer.Option(help="Address of a local AWS.")] = None,
    as_json: AsJson = False,
) -> int:
    """Rebuild every order and transaction from its events, in an empty table."""
    from operations.rebuild import rebuild_table

    try:
        client = cloud_client("dynamodb", endpoint, region)
    except ValueError as error:
        raise CommandError(str(error)) from error
    return rebuild_table(source, to, client, Output(as_json))


@app.command()
def journal(
    since: Annotated[str, typer.Option("--from", help="First moment, or day, ISO 8601, UTC.")],
    until: Annotated[str, typer.Option("--to", help="Last moment; a day counts whole.")],
    format_: Annotated[str, typer.Option("--format", help="csv, jsonl, beancount or hledger.")] = "csv",
    authorisations: Annotated[bool, typer.Option("--authorisations", help="Book authorisations, too.")] = False,
    account: Account = None, stack: StackName = None, region: Region = None,
) -> int:  # fmt: skip
    """Print an account's journal of a period: balanced entries in the order in which they were entered."""
    from operations.journal import journal as run
    from operations.journal import read_arguments

    wanted = read_arguments(since, until, format_, authorisations=authorisations)
    found = _the_stack(stack, region, account)
    return run(found, found.account_of(account), wanted)


@app.command()
def receivables(
    order: OneOrder = None, every: EveryOrder = False, account: Account = None,
    stack: StackName = None, region: Region = None, as_json: AsJson = False,
) -> int:  # fmt: skip
    """Enter what is to come of captures of earlier versions; done once, it changes nothing."""
    from operations.receivables import open_receivables as run

    _one_or_all(order, every)
    found = _the_stack(stack, region, account)
    return run(found, found.account_of(account), order, Output(as_json))


@app.command()
def status(stack: StackName = None, region: Region = None, as_json: AsJson = False) -> int:
    """Show a stack's names and addresses, and the messages in its dead-letter queues."""
    from operations.status import status as run

    return run(the_stack(stack, region), Output(as_json))


@app.command()
def sweep(stack: StackName = None, region: Region = None, as_json: AsJson = False) -> int:
    """Run the due-work sweep at once."""
    from operations.status import sweep as run

    return run(the_stack(stack, region), Output(as_json))


@key_app.command("create")
def create_key(
    key: Key,
    account: Annotated[str, typer.Option("--account")],
    role: Annotated[list[str] | None, typer.Option("--role", help="May be repeated, or a list with commas.")] = None,
    every_role: Annotated[bool, typer.Option("--every-role", help="All roles, like --role '*'.")] = False,
    table: TableName = None, stack: StackName = None, region: Region = None, as_json: AsJson = False,
) -> int:  # fmt: skip
    """Create a key; its token is shown once."""
    roles = [*(name.strip() for text in role or () for name in text.split(",")), *(["*"] if every_role else [])]
    if not roles:
        raise typer.BadParameter(f"name one of {', '.join(app_keys.ROLES)}, or --every-role", param_hint="--role")
    if unknown := set(roles) - set(app_keys.ROLES):
        there_are = ", ".join(app_keys.ROLES)
        raise typer.BadParameter(
            f"no such role: {', '.join(sorted(unknown))}; there are {there_are}", param_hint="--role"
        )
    return _keys(table, stack, region, as_json).create(key, account, roles)


@key_app.command("rotate")
def rotate_key(
    key: Key,
    overlap: Annotated[
        int, typer.Option(min=0, max=app_keys.MAX_OVERLAP_HOURS, help="Hours for which the old token stays valid.")
    ] = 0,
    table: TableName = None, stack: StackName = None, region: Region = None, as_json: AsJson = False,
) -> int:  # fmt: skip
    """Give a key a new token, shown once."""
    return _keys(table, stack, region, as_json).rotate(key, overlap)


@key_app.command("disable")
def disable_key(
    key: Key, table: TableName = None, stack: StackName = None, region: Region = None, as_json: AsJson = False
) -> int:
    """Disable a key."""
    return _keys(table, stack, region, as_json).switch(key, enabled=False)


@key_app.command("enable")
def enable_key(
    key: Key, table: TableName = None, stack: StackName = None, region: Region = None, as_json: AsJson = False
) -> int:
    """Enable a disabled key."""
    return _keys(table, stack, region, as_json).switch(key, enabled=True)


@key_app.command("list")
def list_keys(
    account: Annotated[str, typer.Option("--account")],
    table: TableName = None, stack: StackName = None, region: Region = None, as_json: AsJson = False,
) -> int:  # fmt: skip
    """Show an account's keys."""
    return _keys(table, stack, region, as_json).list(account)


def _keys(table: str | None, stack: str | None, region: str | None, as_json: bool) -> app_keys.AppKeys:
    if table is not None:
        return app_keys.AppKeys(cloud_client("dynamodb", None, region), table, Output(as_json))
    found = the_stack(stack, region)
    return app_keys.AppKeys(found.client("dynamodb"), found.outputs["TableName"], Output(as_json))


def _the_stack(name: str | None, region: str | None, account: str | None) -> Stack:
    """Return the stack; raises ``CommandError``, before any call, if the account has to be named and is not."""
    if (name is not None or account is not None) and not (account or "").strip():
        raise CommandError(
            f"Which account of {f'stack {name}' if name else 'the local stack'}? Name it with --account."
        )
    return the_stack(name, region)


def _one_or_all(order: str | None, every: bool) -> None:
    if (order is None) != every:
        raise typer.BadParameter("name one order, or say --all", param_hint="--order")


def _time(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no ISO 8601 time, such as 2026-03-02T14:00:00Z", param_hint=option
        ) from None
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)
