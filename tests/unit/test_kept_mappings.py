"""CSV files that are dropped, and the mappings that an account keeps for them (D193)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from settlement.domain.reconciliation.report import Report, ReportState
from settlement.use_cases.reconciliation.kept_mapping import Mappings, find_mapping
from settlement.use_cases.reconciliation.name_report import MAX_MAPPING_BYTES
from settlement.use_cases.reconciliation.read_report import ReadOutcome
from testkit.builders import ACCOUNT
from testkit.shop import Shop
from tests.support.reports import ReportFile, take
from tests.unit.test_report_stages import Stages

CONTENT = b"Tipo;Bruto;TID\nVENDA;70,00;TID\n"
MAPPING = {
    "columns": {"kind": "Tipo", "gross": "Bruto", "tid": "TID"},
    "kinds": {"VENDA": "capture"},
    "delimiter": ";",
    "decimalSeparator": ",",
    "currency": "BRL",
}
OWN_NAMES = b"kind,gross,currency,tid\ncapture,70.00,BRL,TID\n"


@pytest.fixture
def stages(tmp_path: Path) -> Stages:
    shop = Shop()
    shop.open().invoice("N1", 7000)
    return Stages(shop, tmp_path)


def keep(stages: Stages, mapping: object, folder: str = "csv") -> None:
    """Have the account keep a mapping."""
    content = mapping if isinstance(mapping, bytes) else json.dumps(mapping).encode()
    stages.bucket.objects[f"mappings/{ACCOUNT}/{folder}.json"] = content


def drop(stages: Stages, content: bytes = CONTENT, name: str = "csv/sales.csv", run: str = "run") -> Report:
    """Drop a file, and read it; return its report."""
    key = f"inbox/{ACCOUNT}/{name}"
    stages.bucket.objects[key] = content
    return stages.report(stages.read(key, run).report_id)


def test_dropped_file_is_read_by_the_mapping_and_keeps_it(stages: Stages) -> None:
    keep(stages, MAPPING)

    report = drop(stages)

    assert report.state is ReportState.READING
    assert json.loads(report.mapping or "") == MAPPING
    end = stages.read(f"inbox/{ACCOUNT}/csv/sales.csv")
    stages.match(end.report_id, end.ranges)
    stages.keep(end.report_id, 0)
    assert {sums.outcome: sums.lines for sums in stages.finish(end.report_id).outcomes} == {"matched": 1}
    assert stages.events().count("CaptureReported") == 1


def test_without_a_mapping_a_dropped_file_has_the_columns_own_names(stages: Stages) -> None:
    assert drop(stages, OWN_NAMES).state is ReportState.READING
    assert drop(stages).fault == "wrong-version"


@pytest.mark.parametrize(
    ("name", "currency"),
    [
        ("csv/sales.csv", "BRL"),
        ("csv/other/sales.csv", "BRL"),
        ("csv/stone/sales.csv", "EUR"),
        ("csv/stone/2026/03/sales.csv", "EUR"),
        ("csv/stone/rede/sales.csv", "USD"),
        ("csv/stone.csv", "BRL"),
    ],
)
def test_nearest_mapping_counts(stages: Stages, name: str, currency: str) -> None:
    for folder, code in (("csv", "BRL"), ("csv/stone", "EUR"), ("csv/stone/rede", "USD")):
        keep(stages, MAPPING | {"currency": code}, folder)

    assert json.loads(drop(stages, name=name).mapping or "")["currency"] == currency


def test_mapping_of_another_account_or_format_is_not_used(stages: Stages) -> None:
    stages.bucket.objects["mappings/other/csv.json"] = json.dumps(MAPPING).encode()
    stages.bucket.objects[f"mappings/{ACCOUNT}.json"] = json.dumps(MAPPING).encode()
    keep(stages, MAPPING, "cielo-v15")

    assert drop(stages, OWN_NAMES).mapping is None
    refused = drop(stages, b"0", "cielo-v15/sales.txt")
    assert (refused.fault, refused.message) == (
        "bad-mapping",
        f"mapping: format cielo-v15 takes none (mappings/{ACCOUNT}/cielo-v15.json)",
    )


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"decimalSeperator": ","}, "there is no key 'decimalSeperator'; there are "),
        ({"decimalSeparator": "'"}, """decimalSeparator "'" is none of '.', ','"""),
        ({"kinds": {"VENDA": "sale"}}, "kinds.VENDA 'sale' is none of capture, "),
        ({"kinds": {"V" * 60_000: "sale"}}, "kinds.VVVV"),
        ({"kinds": {"\ud800": "capture"}}, "it is no JSON: 'utf-8' codec can't encode"),
        ({"sender": "x" * 65}, "sender must be a text of at most 64 characters"),
        (b"", "it is no JSON"),
        (b"{", "it is no JSON"),
        (b"[" * 60_000, "it is no JSON"),
        (b"[]", "it must be an object"),
        ('{"currency": "R$", "columns": {"gross": "Líquido"}}'.encode("latin-1"), "byte 43 is no UTF-8"),
        (b"{}" + b" " * (MAX_MAPPING_BYTES - 1), f"it has more than {MAX_MAPPING_BYTES} bytes"),
    ],
)
def test_bad_mapping_refuses_the_file_by_key_and_value_until_it_is_put_right(
    stages: Stages, mapping: object, words: str
) -> None:
    keep(stages, mapping)

    refused = drop(stages)

    assert (refused.state, refused.fault) == (ReportState.REFUSED, "bad-mapping")
    assert f"mapping: {words}" in (refused.message or "")
    assert (refused.message or "").endswith(f"(mappings/{ACCOUNT}/csv.json)")
    assert len(refused.message or "") < 400

    keep(stages, MAPPING)
    taken = drop(stages)
    assert (taken.report_id, taken.state, taken.fault) == (refused.report_id, ReportState.READING, None)


def test_mapping_of_the_largest_size_is_read(stages: Stages) -> None:
    text = json.dumps(MAPPING)
    keep(stages, (text + " " * (MAX_MAPPING_BYTES - len(text))).encode())

    assert drop(stages).state is ReportState.READING


def test_run_that_is_repeated_reads_by_the_mapping_of_the_first(stages: Stages) -> None:
    keep(stages, MAPPING)
    first = drop(stages)
    keep(stages, MAPPING | {"currency": "EUR"})

    assert drop(stages, run="again").mapping == first.mapping


def test_run_that_is_repeated_reads_by_the_own_names_as_the_first(stages: Stages) -> None:
    drop(stages, OWN_NAMES)
    keep(stages, MAPPING)

    again = drop(stages, OWN_NAMES, run="again")

    assert (again.state, again.mapping) == (ReportState.READING, None)


def test_file_that_was_refused_by_a_mapping_is_read_without_it_once_that_is_gone(stages: Stages) -> None:
    keep(stages, MAPPING)
    assert drop(stages, OWN_NAMES).fault == "wrong-version"

    stages.bucket.objects.clear()

    assert (drop(stages, OWN_NAMES).state, drop(stages, OWN_NAMES).mapping) == (ReportState.READING, None)


def test_upload_is_read_by_the_mapping_that_it_was_named_with(stages: Stages) -> None:
    keep(stages, MAPPING)

    assert stages.read(stages.upload(OWN_NAMES)).outcome is ReadOutcome.READ


def test_file_that_is_done_stays_so_whatever_the_mapping_says(stages: Stages) -> None:
    done = take(stages.shop, stages.reports, ReportFile(OWN_NAMES))
    keep(stages, b"bad")

    assert drop(stages, OWN_NAMES) == done


def test_key_that_is_too_long_for_a_mapping_is_not_asked_for() -> None:
    asked: list[str] = []

    def nothing(key: str, length: int) -> None:
        asked.append(key)

    longest = "x" * (1024 - len("mappings/demo/csv/.json"))
    for folder in (f"{longest}x", longest):
        assert find_mapping(Mappings(nothing, lambda format_, text: None), "demo", f"csv/{folder}/f") is None
    assert [len(key) for key in asked] == [22, 1024, 22]
