"""Beancount and hledger read the journal, and come to the sums of the orders' own ledgers."""

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from settlement.api.journal.formats import JournalFormat, text_of
from settlement.domain.bookkeeping.accounts import chart_of
from settlement.domain.bookkeeping.entry import Entry, Lot
from settlement.domain.connectors.connector import Mode
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage
from settlement.use_cases.bookkeeping.read_journal import Period, read_whole
from testkit.builders import ACCOUNT, NOON, a_new_payment
from testkit.report_files import adyen_settlement
from testkit.shop import Placed, Shop
from tests.support.journal import FakeEntryLog, JournalOfCommits
from tests.support.reports import FakeReports, ReportFile, take
from tests.template.cloudformation import CHECKOUT

BEAN_CHECK = CHECKOUT / ".local" / "venv-books" / "bin" / "bean-check"
needs_beancount = pytest.mark.skipif(not BEAN_CHECK.exists(), reason="no Beancount: `make books` installs it")
needs_hledger = pytest.mark.skipif(shutil.which("hledger") is None, reason="no hledger: `apt-get install hledger`")


def traded(shop: Shop) -> FakeEntryLog:
    """The journal of a shop that captured, cancelled, withheld, doubted, refunded and was paid, in four currencies."""
    first = shop.open()
    first.invoice("N1", 7000)
    first.change("C1", discount=1500)
    first.invoice("N2", 1500)
    first.give_back("D1", 2000)
    held = shop.open(a_new_payment(6000, "total"), value=6000, mode=Mode.TOTAL)
    held.change("C1", discount=1000)
    abroad = shop.open(a_new_payment(900, "partial"), value=900, currency="JPY")
    abroad.invoice("N1", 900)
    pearls = shop.open(a_new_payment(1000, "partial"), value=1000, currency="BHD")
    pearls.invoice("N1", 1000)
    paid_out(shop, first, abroad, pearls)
    doubted = shop.open()
    shop.provider.usually("settle", "500")
    doubted.invoice("N1", 4000)
    doubted.rest()
    return JournalOfCommits(commits=shop.store.commits)


def paid_out(shop: Shop, first: Placed, abroad: Placed, pearls: Placed) -> None:
    """Have one order paid out in its currency, with a chargeback, one in another, and one not in full."""
    [one, other] = shop.store.settlements(ACCOUNT, first.transaction_id, first.payments[0].payment_id)
    [yen] = shop.store.settlements(ACCOUNT, abroad.transaction_id, abroad.payments[0].payment_id)
    [dinar] = shop.store.settlements(ACCOUNT, pearls.transaction_id, pearls.payments[0].payment_id)
    rows = (
        f"capture,70.00,1.75,BRL,{one.settle_id}",
        f"capture,15.00,0.38,BRL,{other.settle_id}",
        f"chargeback,-15.00,12.00,BRL,{other.settle_id}",
        f"capture,0.998,0.025,BHD,{dinar.settle_id}",
    )
    paid = "\n".join(("kind,gross,fee,currency,reference", *rows)).encode()
    reports = FakeReports()
    take(shop, reports, ReportFile(paid, mapping={"stage": "paid"}))
    day = date(2026, 3, 2)
    line = ReportLine(2, LineKind.CAPTURE, Stage.PAID, "JPY", 900, 14, 536, "EUR", yen.settle_id, sold_on=day)
    take(shop, reports, ReportFile(adyen_settlement([line]), "adyen-settlement"))


def written(log: FakeEntryLog, form: JournalFormat, path: Path) -> Path:
    """The journal as a file."""
    last = log.last(ACCOUNT)
    assert last is not None
    whole = read_whole(log, Period(ACCOUNT, NOON, last.at), chart_of([], authorisations=True), last.at)
    path.write_text("".join(text_of(form, page.entries, is_first=not page.entries[0].place.lot > 1) for page in whole))
    return path


def run(*command: str | Path) -> str:
    """What a program says that ends well."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_beancount
def test_beancount_accepts_the_journal(shop: Shop, tmp_path: Path) -> None:
    file = written(traded(shop), JournalFormat.BEANCOUNT, tmp_path / "journal.beancount")

    assert file.read_text().count(' * "') > 10
    assert run(BEAN_CHECK, file) == ""


@needs_beancount
def test_beancount_refuses_a_journal_with_a_wrong_amount(shop: Shop, tmp_path: Path) -> None:
    file = written(traded(shop), JournalFormat.BEANCOUNT, tmp_path / "journal.beancount")
    file.write_text(file.read_text().replace("  1.000 BHD", "  1.001 BHD", 1))

    with pytest.raises(AssertionError, match="does not balance"):
        run(BEAN_CHECK, file)


@needs_hledger
def test_hledger_accepts_the_journal_and_comes_to_the_orders_sums(shop: Shop, tmp_path: Path) -> None:
    file = written(traded(shop), JournalFormat.HLEDGER, tmp_path / "books.journal")

    run("hledger", "check", "ordereddates", "-f", file)
    lines = run("hledger", "balance", "-f", file, "--flat", "--no-total", "-O", "csv").splitlines()

    assert [line.replace('"', "") for line in lines] == [
        "account,balance",
        "Assets:Acquirer:Partial,0.002 BHD, -20.00 BRL",
        "Assets:Authorisations,110.00 BRL",
        "Assets:Clearing:Partial,0.973 BHD, 55.87 BRL, 5.36 EUR",
        "Assets:Customers,-1.000 BHD, -65.00 BRL, -900 JPY",
        "Assets:InDoubt:Captures,40.00 BRL",
        "Equity:Authorised,-1.000 BHD, -260.00 BRL, -900 JPY",
        "Equity:Authorised:Cancelled,15.00 BRL",
        "Equity:Authorised:Used,1.000 BHD, 85.00 BRL, 900 JPY",
        "Equity:Authorised:Withheld,10.00 BRL",
        "Equity:Conversions,-5.50 EUR, 900 JPY",
        "Expenses:Chargebacks,15.00 BRL",
        "Expenses:Fees:Partial,0.025 BHD, 14.13 BRL, 0.14 EUR",
    ]


@needs_beancount
@needs_hledger
def test_hostile_texts_break_no_file(tmp_path: Path) -> None:
    odd = 'a"b\\c\nd ; e:f, (g) | 2026-01-01 open Assets:X \u2028 ação {h} #i ^j'
    entry = Entry(odd, "PaymentSettled", NOON, "O", "T", "P", odd, "KWD", {"captured": 10**12 - 1}, odd, 2, odd)
    log = FakeEntryLog({ACCOUNT: [Lot(1, NOON, [entry])]})

    run(BEAN_CHECK, written(log, JournalFormat.BEANCOUNT, tmp_path / "journal.beancount"))
    run("hledger", "check", "-f", written(log, JournalFormat.HLEDGER, tmp_path / "books.journal"))
