"""The bucket of settlement reports, who may touch what in it, and the workflow that files start."""

from __future__ import annotations

import json
from typing import Any

from settlement.use_cases.reconciliation.read_report import INBOX, UPLOADS
from tests.template.cloudformation import (
    OBJECTS_OF_REPORTS,
    load_template,
    of_type,
    own_roles,
    referred,
    statements,
)

TEMPLATE = load_template()
ROLES = own_roles(TEMPLATE)
RULES = of_type(TEMPLATE, "AWS::Events::Rule")


def test_role_touches_only_the_kinds_of_objects_that_it_needs() -> None:
    touched = {
        (name.removesuffix("Role"), action.removeprefix("s3:"), kind)
        for name in ROLES
        for statement in statements(ROLES[name]["Policies"])
        for action in statement["Action"]
        if action.startswith("s3:")
        for kind in OBJECTS_OF_REPORTS.findall(json.dumps(statement["Resource"])) or ["bucket"]
    }
    assert touched == {
        ("ReportBooks", "PutObject", "work"),
        ("ReportIntake", "PutObject", "uploads"),
        ("ReportKeeping", "GetObject", "work"),
        ("ReportMatching", "GetObject", "work"),
        ("ReportMatching", "PutObject", "lines"),
        ("ReportMatching", "PutObject", "work"),
        ("ReportReading", "GetObject", "inbox"),
        ("ReportReading", "GetObject", "mappings"),
        ("ReportReading", "ListBucket", "bucket"),
        ("ReportReading", "GetObject", "uploads"),
        ("ReportReading", "PutObject", "work"),
        ("OperatorConsole", "GetObject", "lines"),
        ("OperatorConsole", "PutObject", "uploads"),
        ("OperatorConsole", "ListBucket", "bucket"),
        ("TransactionRetrieval", "GetObject", "lines"),
        ("TransactionRetrieval", "ListBucket", "bucket"),
    }


def test_bucket_is_private_encrypted_by_tls_only_and_forgets() -> None:
    resource = TEMPLATE["Resources"]["ReportsBucket"]
    bucket = resource["Properties"]
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    days = {
        rule["Prefix"]: rule["ExpirationInDays"]
        for rule in bucket["LifecycleConfiguration"]["Rules"]
        if "ExpirationInDays" in rule
    }
    assert days == {"uploads/": 30, "inbox/": 30, "work/": 7, "lines/": 400}
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
    (statement,) = statements(TEMPLATE["Resources"]["ReportsBucketPolicy"]["Properties"]["PolicyDocument"])
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_workflow_of_reports_may_do_its_four_stages_and_start_its_chunks_and_takes_longer_than_express() -> None:
    stages, chunks = statements(ROLES["SettlementReportWorkflowRole"]["Policies"])
    assert stages["Action"] == ["lambda:InvokeFunction"]
    assert [referred(stage) for stage in stages["Resource"]] == [
        f"Report{stage}Function" for stage in ("Reading", "Books", "Matching", "Keeping")
    ]
    workflow = TEMPLATE["Resources"]["SettlementReportWorkflow"]["Properties"]
    assert chunks["Action"] == ["states:StartExecution"]
    assert chunks["Resource"]["Fn::Sub"].endswith(f":stateMachine:{workflow['Name']['Fn::Sub']}")
    assert workflow["Type"] == "STANDARD"


def test_rule_starts_no_other_workflow() -> None:
    (statement,) = statements(ROLES["ReportArrivedRole"]["Policies"])
    assert statement["Action"] == ["states:StartExecution"]
    assert referred(statement["Resource"]) == "SettlementReportWorkflow"


def test_runs_of_reports_start_for_files_that_come_in_and_for_nothing_that_they_write() -> None:
    pattern = RULES["ReportArrivedRule"]["EventPattern"]
    assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], ["Object Created"])
    assert pattern["detail"]["bucket"]["name"] == [{"Ref": "ReportsBucket"}]
    assert pattern["detail"]["object"]["key"] == [{"prefix": f"{place}/"} for place in (UPLOADS, INBOX)]


def test_bucket_takes_from_pages_nothing_but_uploads_of_the_console() -> None:
    (rule,) = TEMPLATE["Resources"]["ReportsBucket"]["Properties"]["CorsConfiguration"]["CorsRules"]
    api, domain, base = rule.pop("AllowedOrigins")

    assert rule == {"Id": "console", "AllowedMethods": ["PUT"], "MaxAge": 3600}, "no header is allowed, none is shown"
    assert api == {"Fn::Sub": "https://*.execute-api.${AWS::Region}.${AWS::URLSuffix}"}
    assert domain == {"Fn::If": ["HasDomain", {"Fn::Sub": "https://${DomainName}"}, {"Ref": "AWS::NoValue"}]}
    condition, named, otherwise = base["Fn::If"]
    assert (condition, otherwise) == ("HasPublicBaseUrl", {"Ref": "AWS::NoValue"})
    assert [_origin(named, url) for url in ("http://127.0.0.1:3000", "https://pay.example/v1/x", "")] == [
        *("http://127.0.0.1:3000", "https://pay.example", "//"),
    ]


def _origin(node: Any, url: str) -> Any:
    """What CloudFormation makes of a few of its functions."""
    if not isinstance(node, dict):
        return node
    ((name, asked),) = node.items()
    if name == "Fn::Sub":
        return asked.replace("${PublicBaseUrl}", url)
    if name == "Fn::Join":
        return asked[0].join(_origin(part, url) for part in asked[1])
    if name == "Fn::Split":
        return _origin(asked[1], url).split(asked[0])
    assert name == "Fn::Select"
    return _origin(asked[1], url)[asked[0]]
