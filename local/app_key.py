"""App keys from the command line: created, rotated, disabled, enabled and listed.

They are those of the running local stack, or of the table named with --table, with the AWS credentials of the
environment.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3

from local.commands import nothing, run
from local.deployment import client
from local.lifecycle import require_running
from local.progress import say
from local.settings import read_settings
from settlement.domain.account import EVERY_ROLE, Role
from settlement.storage import app_keys
from settlement.storage.app_keys import Caller, KeyRefused

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_OVERLAP_HOURS = 7 * 24
CACHED_SECONDS = 60
"""How long the API remembers what it was told of a key and token."""


def main(words: Sequence[str] | None = None) -> int:
    """Exit code 0 when what was asked for is done, 1 with a message otherwise."""
    arguments = _parse(words)
    return run(lambda: _do(arguments), KeyRefused)


def _do(arguments: argparse.Namespace) -> int:
    code: int = arguments.command(*_table(arguments.table), arguments) or 0
    return code


def _parse(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make key", description=__doc__)
    parser.add_argument("--table", help="a deployed table; the running local stack's unless given")
    commands = parser.add_subparsers(required=True)
    create = commands.add_parser("create", help="make a key; its token is shown once")
    create.add_argument("key", help="1 to 64 of A-Z a-z 0-9 . _ -")
    create.add_argument("--account", required=True)
    create.add_argument(
        "--role",
        action="append",
        required=True,
        choices=[*(role.value for role in Role), EVERY_ROLE],
        help="what the key may do; may be given several times",
    )
    create.set_defaults(command=_create)
    rotate = commands.add_parser("rotate", help="give a key a new token, shown once")
    rotate.add_argument("key")
    rotate.add_argument(
        "--overlap", type=_hours, default=0, metavar="HOURS", help="how long the old token goes on working"
    )
    rotate.set_defaults(command=_rotate)
    for name, about in (("disable", "refuse a key from now on"), ("enable", "accept a disabled key again")):
        switch = commands.add_parser(name, help=about)
        switch.add_argument("key")
        switch.set_defaults(command=_switch, enabled=name == "enable")
    listing = commands.add_parser("list", help="show an account's keys")
    listing.add_argument("--account", required=True)
    listing.set_defaults(command=_list)
    return parser.parse_args(words)


def _hours(text: str) -> int:
    if not text.isdecimal() or int(text) > MAX_OVERLAP_HOURS:
        raise argparse.ArgumentTypeError(f"must be whole hours from 0 to {MAX_OVERLAP_HOURS}")
    return int(text)


def _table(name: str | None) -> tuple[DynamoDBClient, str]:
    if name is not None:
        return boto3.client("dynamodb"), name
    facts = require_running(read_settings())
    return client("dynamodb", facts.aws_port), facts.table_name


def _create(dynamodb: DynamoDBClient, table: str, arguments: argparse.Namespace) -> None:
    caller = Caller(arguments.key, arguments.account, tuple(dict.fromkeys(arguments.role)))
    _show(caller.app_key, app_keys.create(dynamodb, table, caller, datetime.now(UTC)))


def _rotate(dynamodb: DynamoDBClient, table: str, arguments: argparse.Namespace) -> None:
    now = datetime.now(UTC)
    until = now + timedelta(hours=arguments.overlap)
    _show(arguments.key, app_keys.rotate(dynamodb, table, arguments.key, now, until))
    gone = f"at {until:%Y-%m-%d %H:%M} UTC" if arguments.overlap else "now"
    say(f"The old token ends {gone}; the API may remember it {CACHED_SECONDS} s longer.")


def _switch(dynamodb: DynamoDBClient, table: str, arguments: argparse.Namespace) -> None:
    app_keys.set_enabled(dynamodb, table, arguments.key, enabled=arguments.enabled)
    say(f"{arguments.key} is {'enabled' if arguments.enabled else 'disabled'}, after {CACHED_SECONDS} s at the latest.")


def _list(dynamodb: DynamoDBClient, table: str, arguments: argparse.Namespace) -> int:
    found = app_keys.list_keys(dynamodb, table, arguments.account)
    if not found:
        return nothing(f"Account {arguments.account} has no keys.")
    for key in found:
        state = "enabled" if key.enabled else "disabled"
        dates = f"created {key.created_at or '?'}" + (f", rotated {key.rotated_at}" if key.rotated_at else "")
        old = key.old_token_until
        overlap = f", old token until {old:%Y-%m-%d %H:%M %Z}" if old and old > datetime.now(UTC) else ""
        say(f"{key.app_key}  {state}  {','.join(key.roles)}  {dates}{overlap}")
    return 0


def _show(app_key: str, token: str) -> None:
    say(f"X-VTEX-API-AppKey: {app_key}")
    say(f"X-VTEX-API-AppToken: {token}")
    say("The token is not stored; it is shown this once.")


if __name__ == "__main__":
    sys.exit(main())
