"""Prints the journal of an account from the table of any stack, a page at a time, in constant memory. It only reads."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import typer

from operations.stacks import Stack, entry_log_of
from settlement.api.journal.formats import text_of
from settlement.api.journal.query import JournalQuery, read_journal_query
from settlement.domain.bookkeeping.accounts import chart_of
from settlement.domain.errors import InvalidRequest
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.bookkeeping.read_journal import Period, read_whole


def read_arguments(since: str, until: str, format_: str, *, authorisations: bool) -> JournalQuery:
    """Read the arguments as the API reads its query; raises ``typer.BadParameter``, naming what is wrong."""
    query = {"from": since, "to": until, "format": format_, "authorisations": str(authorisations)}
    try:
        return read_journal_query(query)
    except InvalidRequest as refusal:
        raise typer.BadParameter(f"--{refusal.message}") from refusal


def journal(stack: Stack, account: str, wanted: JournalQuery) -> int:
    """Print a period of an account's journal, as the bytes that the API answers; return the exit code."""
    settings = DynamoDBStore(stack.client("dynamodb"), stack.outputs["TableName"]).settings(account)
    chart = chart_of(settings.journal_accounts, authorisations=wanted.authorisations)
    period = Period(account, wanted.since, wanted.until)
    is_first = is_open = is_empty = True
    for page in read_whole(entry_log_of(stack), period, chart, datetime.now(UTC)):
        sys.stdout.buffer.write(text_of(wanted.format, page.entries, is_first=is_first).encode())
        is_first, is_open, is_empty = False, page.is_open, is_empty and not page.entries
    sys.stdout.buffer.flush()
    if is_empty:
        print(f"Account {account} has no entries in this period.", file=sys.stderr, flush=True)
    if is_open:
        print("The period is not over: more entries can come.", file=sys.stderr, flush=True)
    return 0
