"""Statements that an independent model of ISO 20022 writes, in each version, are read to the cent (D160, D189).

pyiso20022 1.6.2 has the messages as they are published, by xsdata; what the model takes fits the schema's names, order
and choices. Version 13, which it lacks, is 12 under another name here.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any

import pyiso20022
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xsdata.formats.dataclass.parsers import DictDecoder
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig

from settlement.domain.reconciliation.refusal import Fault
from settlement.domain.reconciliation.report_line import ReportLine
from tests.support.reports import read, refusal

VERSIONS = [f"{number:02d}" for number in range(2, 14)]
DAY = date(2026, 3, 6)
CODES_FROM = "07"
"""The version from which a status is a code of its own."""

Tree = dict[str, Any]


def document(version: str, *statements: Tree, **header: Any) -> bytes:
    """Return what the model writes."""
    known = min(version, "12")
    namespace = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{known}"
    module = import_module(f"{pyiso20022.__name__}.camt.camt_053_001_{known}")
    head = {"MsgId": "M1", "CreDtTm": "2026-03-07T05:00:00+01:00", **header}
    told = DictDecoder().decode(
        {"BkToCstmrStmt": {"GrpHdr": head, "Stmt": [_fitting(known, one) for one in statements]}}, module.Document
    )
    written = XmlSerializer(config=SerializerConfig(indent="  ")).render(told, ns_map={None: namespace})
    return str(written).replace(namespace, namespace[:-2] + version).encode()


def _fitting(version: str, statement: Tree) -> Tree:
    """Return a statement as a version has it: statuses, and one or many of charges."""
    return {**statement, "Ntry": [_fitting_entry(version, entry) for entry in statement["Ntry"]]}


def _fitting_entry(version: str, entry: Tree) -> Tree:
    fitting = dict(entry)
    fitting["Sts"] = {"Cd": entry["Sts"]} if version >= CODES_FROM else entry["Sts"]
    charges = fitting.pop("Chrgs", [])
    if charges and version == "02":
        fitting["Chrgs"] = [{key: told for key, told in one.items() if key != "ChrgInclInd"} for one in charges]
    elif charges:
        records = [one if version > "03" else _without(one, "ChrgInclInd") for one in charges]
        fitting["Chrgs"] = [{"Rcrd": records}] if version == "03" else {"Rcrd": records}
    return fitting


def _without(tree: Tree, name: str) -> Tree:
    return {key: told for key, told in tree.items() if key != name}


def amount(value: int, currency: str = "EUR", decimals: int = 2) -> Tree:
    return {"Amt": {"value": str(Decimal(abs(value)).scaleb(-decimals)), "Ccy": currency}}


def side(value: int) -> Tree:
    return {"CdtDbtInd": "CRDT" if value >= 0 else "DBIT"}


def balance(code: str, value: int, currency: str = "EUR", on: str = "2026-03-06") -> Tree:
    return {"Tp": {"CdOrPrtry": {"Cd": code}}, **amount(value, currency), **side(value), "Dt": {"Dt": on}}


def entry(value: int, currency: str = "EUR", status: str = "BOOK", **more: Any) -> Tree:
    told = {
        **amount(value, currency), **side(value), "Sts": status, "BookgDt": {"Dt": "2026-03-06"},
        "ValDt": {"Dt": "2026-03-09"}, "AcctSvcrRef": f"R{value}", "BkTxCd": {"Prtry": {"Cd": "544"}},
    }  # fmt: skip
    return told | more


def statement(*entries: Tree, balances: tuple[Tree, ...] = (), number: int = 42, **more: Any) -> Tree:
    return {
        "Id": f"S{number}", "ElctrncSeqNb": str(number), "CreDtTm": "2026-03-07T05:00:00+01:00",
        "Acct": {"Id": {"IBAN": "NL91ABNA0417164300"}, "Ccy": "EUR"},
        "Bal": list(balances) or [balance("OPBD", 100_00)], "Ntry": list(entries), **more,
    }  # fmt: skip


def values(lines: list[ReportLine]) -> list[tuple[int, int, int, str]]:
    return [(line.gross, line.fee, line.net, line.currency) for line in lines]


@pytest.mark.parametrize("version", VERSIONS)
def test_statement_of_every_version_is_read(version: str) -> None:
    """A batch entry counts once, a reversal has the side on which it is booked, what is not booked does not count."""
    batch = entry(2_500_00, NtryDtls=[{"Btch": {"NbOfTxs": "2"}, "TxDtls": [_transaction(version, 1_500_00)] * 2}])
    content = document(
        version,
        statement(
            batch,
            entry(-664_05, RvslInd=True),
            entry(664_05, RvslInd=True),
            entry(77_77, status="PDNG"),
            entry(88_88, status="INFO"),
            entry(-14_50, BookgDt={"DtTm": "2026-03-06T23:59:59.999+01:00"}),
            balances=(balance("OPBD", -100_00), balance("ITBD", 1_00), balance("CLBD", 2_385_50)),
            FrToDt={"FrDtTm": "2026-03-06T00:00:00.000Z", "ToDtTm": "2026-03-06T23:59:59.999Z"},
        ),
    )

    head, lines = read("camt.053", content)

    assert values(lines) == [
        (2_500_00, 0, 2_500_00, "EUR"), (-664_05, 0, -664_05, "EUR"), (664_05, 0, 664_05, "EUR"),
        (-14_50, 0, -14_50, "EUR"),
    ]  # fmt: skip
    assert {line.paid_on for line in lines} == {DAY}
    assert [line.number for line in lines] == [1, 2, 3, 6]
    assert (head.serial, head.since, head.until) == ("camt.053/NL91ABNA0417164300/42/2026", DAY, DAY)


def _transaction(version: str, value: int) -> Tree:
    refs = {"Refs": {"EndToEndId": "E1"}}
    return refs if version == "02" else refs | amount(value) | side(value)


@pytest.mark.parametrize("version", VERSIONS)
def test_charges_that_are_included_are_the_fee(version: str) -> None:
    """Up to version 03 all charges are; what the bank gives back is taken off, what is in another currency is not."""
    given = {"CdtDbtInd": "CRDT", "ChrgInclInd": True}
    taken = {"CdtDbtInd": "DBIT", "ChrgInclInd": True}
    charges = [amount(12_00) | taken, amount(2_00) | given, amount(9_00, "USD") | taken]
    beside = [amount(5_00) | {"CdtDbtInd": "DBIT", "ChrgInclInd": False}] if version > "03" else []
    content = document(
        version,
        statement(
            entry(6_900_00, Chrgs=[*charges, *beside]), balances=(balance("OPBD", 100_00), balance("CLBD", 7_000_00))
        ),
    )

    _, lines = read("camt.053", content)

    assert values(lines) == [(6_910_00, 10_00, 6_900_00, "EUR")]
    assert [line.fault for line in lines] == [None]


def test_yes_may_be_written_as_a_digit() -> None:
    charge = [amount(12_00) | {"ChrgInclInd": True}]
    content = document("08", statement(entry(6_900_00, Chrgs=charge))).replace(b">true<", b">1<")

    assert values(read("camt.053", content)[1]) == [(6_912_00, 12_00, 6_900_00, "EUR")]


@pytest.mark.parametrize("version", ["02", "08", "13"])
def test_statements_of_a_file_have_their_own_balances(version: str) -> None:
    first = statement(entry(50_00), balances=(balance("OPBD", 100_00), balance("CLBD", 150_00)))
    second = statement(entry(-30_00), balances=(balance("PRCD", 150_00), balance("CLBD", 120_00)), number=43)

    assert values(read("camt.053", document(version, first, second))[1]) == [
        (50_00, 0, 50_00, "EUR"),
        (-30_00, 0, -30_00, "EUR"),
    ]
    wrong = statement(entry(-30_00), balances=(balance("OPBD", 150_00), balance("CLBD", 119_99)), number=43)
    assert refusal("camt.053", document(version, first, wrong))[0] is Fault.WRONG_TOTAL


@pytest.mark.parametrize("version", ["02", "08", "13"])
def test_currencies_of_a_statement_have_their_own_balances(version: str) -> None:
    entries = [entry(50_00), entry(900, "JPY") | amount(900, "JPY", 0), entry(1_250, "BHD") | amount(1_250, "BHD", 3)]
    balances = [balance("OPBD", 100_00), balance("CLBD", 150_00)]
    yen = [balance(code, value, "JPY") | amount(value, "JPY", 0) for code, value in (("OPBD", 100), ("CLBD", 1_000))]
    content = document(version, statement(*entries, balances=(*balances, *yen)))

    assert [(line.net, line.currency) for line in read("camt.053", content)[1]] == [
        (50_00, "EUR"), (900, "JPY"), (1_250, "BHD"),
    ]  # fmt: skip
    wrong = [balances[0], balance("CLBD", 150_01), *yen]
    assert refusal("camt.053", document(version, statement(*entries, balances=tuple(wrong))))[0] is Fault.WRONG_TOTAL


def test_opening_balance_goes_before_that_of_the_statement_before_and_days_are_in_their_order() -> None:
    """Statements of several days have balances of each; the first and the last count, in whatever order they come."""
    balances = (
        balance("CLBD", 170_00, on="2026-03-07"), balance("CLBD", 150_00), balance("PRCD", 99_00, on="2026-03-05"),
        balance("OPBD", 150_00, on="2026-03-07"), balance("OPBD", 100_00),
    )  # fmt: skip

    _, lines = read("camt.053", document("08", statement(entry(50_00), entry(20_00), balances=balances)))

    assert [line.net for line in lines] == [50_00, 20_00]


def test_amount_may_have_zeros_behind_its_decimals() -> None:
    content = document("02", statement(entry(8_85))).replace(b">8.85<", b">8.85000<")

    assert values(read("camt.053", content)[1]) == [(8_85, 0, 8_85, "EUR")]


def test_period_of_interest_is_not_that_of_the_statement() -> None:
    """Interest has a ``FrToDt`` of its own, in the statement and in an entry."""
    year = {"FrDtTm": "2025-01-01T00:00:00", "ToDtTm": "2025-12-31T00:00:00"}
    period = {"FrDtTm": "2026-03-06T00:00:00", "ToDtTm": "2026-03-06T23:59:59"}
    interest = {"FrToDt": year, "Rsn": "I"}
    for more in ({}, {"FrToDt": period}):
        told = statement(entry(1_00), Intrst=[interest]) | more

        head, _ = read("camt.053", document("08", told))

        assert (head.since, head.until) == ((DAY, DAY) if more else (None, None))


@pytest.mark.parametrize(
    ("own", "count"), [("<Cd>BOOK</Cd>", 1), ("<Prtry>Booked</Prtry>", 1), ("<Prtry>WAITING</Prtry>", 0)]
)
def test_status_of_the_banks_own_is_booked_if_it_says_so(own: str, count: int) -> None:
    content = document("08", statement(entry(1_00)))
    told = b"<Sts>\n          <Cd>BOOK</Cd>\n        </Sts>"
    assert told in content

    assert len(read("camt.053", content.replace(told, f"<Sts>{own}</Sts>".encode()))[1]) == count


def serial(content: bytes) -> str:
    return read("camt.053", content)[0].serial.removeprefix("camt.053/NL91ABNA0417164300/")


def test_number_of_a_statement_comes_again_each_year_and_on_each_page() -> None:
    assert serial(document("08", statement(entry(1_00)))) == "42/2026"
    later = statement(entry(1_00), CreDtTm="2027-03-07T05:00:00Z")
    assert serial(document("08", later)) == "42/2027"
    of_last_year = {"FrDtTm": "2026-12-31T00:00:00", "ToDtTm": "2026-12-31T23:59:59"}
    assert serial(document("08", later | {"FrToDt": of_last_year})) == "42/2026"
    pages = [{"PgNb": str(number), "LastPgInd": number == 2} for number in (1, 2)]
    assert [serial(document("08", statement(entry(1_00), StmtPgntn=page))) for page in pages] == [
        "42/2026",
        "42/2026/2",
    ]


@pytest.mark.parametrize("where", ["StmtPgntn", "MsgPgntn"])
def test_page_of_a_statement_does_not_have_to_come_to_its_balance(where: str) -> None:
    balances = (balance("OPBD", 100_00), balance("CLBD", 500_00))
    for number, is_last in (("1", False), ("2", True)):
        page = {where: {"PgNb": number, "LastPgInd": is_last}}
        told = statement(entry(50_00), balances=balances) | (page if where == "StmtPgntn" else {})
        content = document("08", told, **(page if where == "MsgPgntn" else {}))
        assert values(read("camt.053", content)[1]) == [(50_00, 0, 50_00, "EUR")]
    only = {where: {"PgNb": "1", "LastPgInd": True}}
    told = statement(entry(50_00), balances=balances) | (only if where == "StmtPgntn" else {})
    whole = document("08", told, **(only if where == "MsgPgntn" else {}))
    assert refusal("camt.053", whole)[0] is Fault.WRONG_TOTAL


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_statement_may_have_a_prefix_an_envelope_and_any_encoding(encoding: str) -> None:
    text = document("08", statement(entry(1_00, AddtlNtryInf="Crédito"))).decode()
    body = text.split("?>", 1)[1].replace("</", "</c:").replace("<", "<c:").replace("<c:/c:", "</c:")
    body = body.replace('xmlns="', 'xmlns:c="')
    name = encoding.removesuffix("-sig")
    content = f'<?xml version="1.0" encoding="{name}"?><Envelope><Header>x</Header>{body}</Envelope>'.encode(encoding)

    assert values(read("camt.053", content)[1]) == [(1_00, 0, 1_00, "EUR")]


def test_statement_without_an_entry_has_no_line() -> None:
    head, lines = read("camt.053", document("08", statement(balances=(balance("OPBD", 1), balance("CLBD", 1)))))

    assert (head.serial, lines) == ("camt.053/NL91ABNA0417164300/42/2026", [])


ENTRIES = st.lists(
    st.tuples(
        st.integers(-(10**11), 10**11),
        st.sampled_from(("EUR", "BRL")),
        st.sampled_from(("BOOK", "BOOK", "PDNG", "INFO")),
        st.integers(0, 10**6),
        st.booleans(),
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(VERSIONS), ENTRIES, st.integers(-(10**6), 10**6))
def test_sums_of_any_statement_are_those_of_its_booked_entries(
    version: str, told: list[tuple[int, str, str, int, bool]], opening: int
) -> None:
    booked = {
        name: sum(value for value, currency, status, *_ in told if (currency, status) == (name, "BOOK"))
        for name in ("EUR", "BRL")
    }
    balances = [
        balance(code, value, name)
        for name, sum_ in booked.items()
        for code, value in (("OPBD", opening), ("CLBD", opening + sum_))
    ]
    entries = [
        entry(value, currency, status, RvslInd=reversed_, Chrgs=[amount(fee, currency) | {"ChrgInclInd": True}])
        for value, currency, status, fee, reversed_ in told
    ]

    _, lines = read("camt.053", document(version, statement(*entries, balances=tuple(balances))))

    kept = [(value, currency, fee) for value, currency, status, fee, _ in told if status == "BOOK"]
    assert [(line.net, line.currency, line.fee) for line in lines] == kept
    assert all(line.gross - line.fee == line.net for line in lines)
