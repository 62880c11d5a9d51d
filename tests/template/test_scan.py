"""What checkov finds and what SECURITY.md accepts are the same; each acceptance has its reason."""

from typing import Any

import pytest

from tests.template.cloudformation import CHECKOUT, load_template
from tools import scan

SECURITY = (CHECKOUT / "SECURITY.md").read_text(encoding="utf-8")
ACCEPTED = """
| check | of | why |
| --- | --- | --- |
| `CKV_AWS_1` | `AWS::SQS::Queue` | The queues are. |
| `CKV_AWS_2` | `Api`, `Table` | It is. |
"""


def report(*failed: tuple[str, str], **summary: int) -> dict[str, Any]:
    checks = [{"check_id": check, "resource": resource} for check, resource in failed]
    return {"summary": {"parsing_errors": 0, "resource_count": 9} | summary, "results": {"failed_checks": checks}}


AGREED = (
    ("CKV_AWS_1", "AWS::SQS::Queue.Parked"),
    ("CKV_AWS_1", "AWS::SQS::Queue.Failed"),
    ("CKV_AWS_2", "AWS::Serverless::Api.Api"),
    ("CKV_AWS_2", "AWS::DynamoDB::Table.Table"),
)


@pytest.mark.parametrize(
    ("failed", "code", "told"),
    [
        (AGREED, 0, "4 findings, 0 of them not accepted"),
        ((*AGREED, ("CKV_AWS_1", "AWS::SNS::Topic.New")), 1, "CKV_AWS_1 on New (AWS::SNS::Topic) is neither"),
        ((*AGREED, ("CKV_AWS_3", "AWS::SQS::Queue.Parked")), 1, "CKV_AWS_3 on Parked (AWS::SQS::Queue) is neither"),
        (AGREED[:-1], 1, "CKV_AWS_2 of Table is accepted, and not found"),
        (AGREED[2:], 1, "CKV_AWS_1 of AWS::SQS::Queue is accepted, and not found"),
    ],
)
def test_findings_and_acceptances_are_the_same(
    failed: tuple[tuple[str, str], ...],
    code: int,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Any,
) -> None:
    security = tmp_path / "SECURITY.md"
    security.write_text(ACCEPTED, encoding="utf-8")
    monkeypatch.setattr(scan, "SECURITY", security)
    monkeypatch.setattr(scan, "_scanned", lambda: report(*failed))

    assert scan.main() == code
    assert told in "".join(capsys.readouterr())


@pytest.mark.parametrize("unread", [report(parsing_errors=1), report(resource_count=0), [], {}])
def test_scan_that_read_nothing_fails(unread: Any) -> None:
    with pytest.raises(ValueError, match="checkov did not read the template"):
        scan.findings(unread)


def test_every_acceptance_is_of_something_in_the_template() -> None:
    resources = load_template()["Resources"]
    there = {*resources, *(resource["Type"] for resource in resources.values())}

    accepted = scan.accepted_in(SECURITY)
    assert accepted
    assert {of for _, of in accepted} <= there
    assert len(accepted) == SECURITY.count("| `CKV") + 1, "one row names two"
