"""The house rules of template.yaml."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from settlement.domain.errors import Forbidden, Unauthorised
from tests.template.cloudformation import (
    CHECKOUT,
    OBJECTS_OF_REPORTS,
    load_template,
    of_type,
    own_roles,
    referred,
    statements,
    table_access,
)

TEMPLATE = load_template()
FUNCTIONS = of_type(TEMPLATE, "AWS::Serverless::Function")
LOG_GROUPS = of_type(TEMPLATE, "AWS::Logs::LogGroup")
QUEUES = of_type(TEMPLATE, "AWS::SQS::Queue")
QUEUE_POLICIES = of_type(TEMPLATE, "AWS::SQS::QueuePolicy")
ROLES = own_roles(TEMPLATE)
RULES = of_type(TEMPLATE, "AWS::Events::Rule")
ALARMS = of_type(TEMPLATE, "AWS::CloudWatch::Alarm")
API = TEMPLATE["Resources"]["Api"]["Properties"]

PUBLIC_ROUTES = {
    ("get", "/health"),
    ("get", "/openapi.json"),
    ("post", "/api/payments/transactions/{transactionId}/payments"),
    ("post", "/api/pvt/payment-provider/transactions/{transactionId}/payments/{paymentId}/callback"),
    ("post", "/api/pvt/payment-provider/transactions/{transactionId}/payments/{paymentId}/notification"),
    ("post", "/api/pvt/payment-provider/transactions/{transactionId}/payments/{paymentId}/retry"),
    ("post", "/api/pvt/payment-provider/transactions/{transactionId}/payments/{paymentId}/inbound-request/{action}"),
    ("get", "/sandbox-connector/{name}/manifest"),
    ("get", "/console"),
    ("get", "/console/{page+}"),
    ("post", "/console/{page+}"),
    ("post", "/sandbox-connector/{name}/payments"),
    ("post", "/sandbox-connector/{name}/payments/{paymentId}/settlements"),
    ("post", "/sandbox-connector/{name}/payments/{paymentId}/cancellations"),
    ("post", "/sandbox-connector/{name}/payments/{paymentId}/refunds"),
    ("post", "/sandbox-connector/{name}/payments/{paymentId}/inbound/{action}"),
}


def _alarmed(metric: str, dimension: str) -> set[str]:
    """Logical ids of the resources that have an alarm on the metric."""
    return {
        referred(entry["Value"])
        for alarm in ALARMS.values()
        for entry in alarm["Dimensions"]
        if alarm["MetricName"] == metric and entry["Name"] == dimension
    }


def _routes() -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, event["Properties"])
        for name, function in FUNCTIONS.items()
        for event in function.get("Events", {}).values()
        if event["Type"] == "Api"
    ]


def _folder(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.removesuffix("Function")).lower()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_is_named_after_its_folder(name: str) -> None:
    assert FUNCTIONS[name]["FunctionName"] == {"Fn::Sub": "${AWS::StackName}-" + _folder(name).replace("_", "-")}
    assert (CHECKOUT / "functions" / _folder(name) / "app.py").is_file()


def test_every_folder_with_an_app_is_deployed() -> None:
    folders = {file.parent.name for file in (CHECKOUT / "functions").glob("*/app.py")}
    assert folders == {_folder(name) for name in FUNCTIONS}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_logs_into_its_own_group_with_retention(name: str) -> None:
    group = LOG_GROUPS[FUNCTIONS[name]["LoggingConfig"]["LogGroup"]["Ref"]]
    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert group["LogGroupName"]["Fn::Sub"] == "/aws/lambda/" + FUNCTIONS[name]["FunctionName"]["Fn::Sub"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_logs_no_start_and_end_and_lets_its_own_lines_of_the_level_through(name: str) -> None:
    logging = FUNCTIONS[name]["LoggingConfig"]

    assert logging["LogFormat"] == "JSON", "levels are for JSON only"
    assert logging["SystemLogLevel"] == "WARN"
    assert logging["ApplicationLogLevel"] == {"Fn::FindInMap": ["ApplicationLogLevels", {"Ref": "LogLevel"}, "Level"]}


def test_every_level_has_its_name_at_lambda() -> None:
    levels = TEMPLATE["Mappings"]["ApplicationLogLevels"]

    assert {level: of_lambda["Level"] for level, of_lambda in levels.items()} == {
        level: level.removesuffix("ING") for level in TEMPLATE["Parameters"]["LogLevel"]["AllowedValues"]
    }


def test_workflow_needs_no_log_delivery_which_no_resource_can_narrow() -> None:
    assert "Logging" not in TEMPLATE["Resources"]["SettlementWorkflow"]["Properties"]


def test_every_function_has_a_role_of_its_own() -> None:
    roles = [referred(function["Role"]) for function in FUNCTIONS.values()]
    assert len(set(roles)) == len(roles)
    assert not any("Policies" in function for function in FUNCTIONS.values())


def test_roles_have_no_managed_policies() -> None:
    assert not any("ManagedPolicyArns" in role for role in ROLES.values())
    [policy] = TEMPLATE["Resources"]["ApiLogRole"]["Properties"]["ManagedPolicyArns"]
    assert policy["Fn::Sub"].endswith("service-role/AmazonAPIGatewayPushToCloudWatchLogs")


@pytest.mark.parametrize("name", [*ROLES, *QUEUE_POLICIES])
def test_no_allow_statement_has_a_wildcard(name: str) -> None:
    for statement in statements(TEMPLATE["Resources"][name]):
        if statement["Effect"] == "Deny":
            continue
        parts = {name: part for name, part in statement.items() if name != "Condition"}
        assert "*" not in OBJECTS_OF_REPORTS.sub("", json.dumps(parts)), statement
        for operator, tests in statement.get("Condition", {}).items():
            assert "*" not in json.dumps(tests) or (operator, [*tests]) == (
                "ForAllValues:StringLike",
                ["dynamodb:LeadingKeys"],
            )


@pytest.mark.parametrize("name", ROLES)
def test_role_is_held_to_partitions_of_the_table(name: str) -> None:
    for statement in statements(ROLES[name]["Policies"]):
        if not any(action.startswith("dynamodb:") for action in statement["Action"]):
            continue
        if "StreamArn" in json.dumps(statement["Resource"]):
            continue
        (patterns,) = statement["Condition"]["ForAllValues:StringLike"].values()
        assert patterns
        assert all("#" in pattern for pattern in patterns)


def test_only_authorizer_and_console_may_read_app_keys_and_the_authorizer_nothing_else() -> None:
    """Each lets people and programs in (D143)."""
    access = {
        (name, action) for name in ROLES for _, action, pattern in table_access(TEMPLATE, name) if "KEY#" in pattern
    }
    assert {name for name, _ in access} == {"AuthorizerRole", "OperatorConsoleRole"}
    assert {(action, pattern) for _, action, pattern in table_access(TEMPLATE, "AuthorizerRole")} == {
        ("dynamodb:GetItem", "KEY#*")
    }


def test_long_answers_are_compressed() -> None:
    assert TEMPLATE["Resources"]["Api"]["Properties"]["MinimumCompressionSize"] == 1024


def test_workflow_may_do_one_thing() -> None:
    (statement,) = statements(ROLES["SettlementWorkflowRole"]["Policies"])
    assert statement["Action"] == ["lambda:InvokeFunction"]
    assert referred(statement["Resource"]) == "SettlementStepsFunction"


def test_only_relay_and_sweep_may_start_the_workflow_and_only_the_rule_and_itself_that_of_reports() -> None:
    starters = {
        name
        for name in ROLES
        for statement in statements(ROLES[name]["Policies"])
        if "states:StartExecution" in statement["Action"]
    }
    assert starters == {"EventRelayRole", "DueWorkRole", "ReportArrivedRole", "SettlementReportWorkflowRole"}


@pytest.mark.parametrize("listener", ["feed", "hook"])
def test_status_changes_reach_a_function_only_for_accounts_that_listen(listener: str) -> None:
    rule = TEMPLATE["Resources"][f"Order{listener.capitalize()}Rule"]["Properties"]
    assert rule["EventPattern"]["detail"] == {"listeners": [listener]}
    assert [target["Id"] for target in rule["Targets"]] == [f"Order{listener.capitalize()}"]


def test_no_statement_allows_a_scan() -> None:
    assert "dynamodb:Scan" not in json.dumps(TEMPLATE)


@pytest.mark.parametrize("name", LOG_GROUPS)
def test_log_group_takes_a_key_of_the_owner(name: str) -> None:
    assert LOG_GROUPS[name]["KmsKeyId"] == {"Fn::If": ["HasLogKey", {"Ref": "LogKeyArn"}, {"Ref": "AWS::NoValue"}]}


def test_domain_of_the_owner_serves_the_api_without_its_stage() -> None:
    domain, mapping = TEMPLATE["Resources"]["ApiDomain"], TEMPLATE["Resources"]["ApiDomainMapping"]
    assert domain["Condition"] == mapping["Condition"] == "HasDomain"
    assert domain["Properties"]["SecurityPolicy"] == "TLS_1_2"
    assert mapping["Properties"] == {
        "DomainName": {"Ref": "ApiDomain"}, "RestApiId": {"Ref": "Api"}, "Stage": {"Ref": "Api.Stage"},
    }  # fmt: skip


def test_api_is_throttled_and_the_firewall_limits_each_key() -> None:
    (settings,) = API["MethodSettings"]
    assert settings["ThrottlingRateLimit"] == settings["ThrottlingBurstLimit"] == {"Ref": "RequestsPerSecond"}
    firewall = TEMPLATE["Resources"]["WebAcl"]
    assert firewall["Condition"] == TEMPLATE["Resources"]["WebAclAssociation"]["Condition"] == "HasFirewall"
    limits = [rule["Statement"].get("RateBasedStatement") for rule in firewall["Properties"]["Rules"]]
    per_key, per_address = limits[:2]
    assert per_key["CustomKeys"][0]["Header"]["Name"] == "x-vtex-api-appkey"
    assert per_address["AggregateKeyType"] == "IP"
    assert {limit["Limit"]["Ref"] for limit in (per_key, per_address)} == {"RequestsPerKey"}
    body = firewall["Properties"]["CustomResponseBodies"]["TooManyRequests"]["Content"]
    assert json.loads(body)["error"]["code"] == "429"


@pytest.mark.parametrize("name", ROLES)
def test_no_statement_names_a_kind_of_action_twice_for_one_resource(name: str) -> None:
    actions = [
        (action, json.dumps(statement.get("Resource")))
        for statement in statements(ROLES[name]["Policies"])
        for action in statement["Action"]
    ]
    assert len(set(actions)) == len(actions)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_has_an_error_alarm(name: str) -> None:
    assert name in _alarmed("Errors", "FunctionName")


@pytest.mark.parametrize("name", QUEUES)
def test_queue_is_encrypted_kept_for_two_weeks_and_alarmed(name: str) -> None:
    assert QUEUES[name]["SqsManagedSseEnabled"] is True
    assert QUEUES[name]["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert name in _alarmed("ApproximateNumberOfMessagesVisible", "QueueName")


@pytest.mark.parametrize("name", QUEUES)
def test_queue_refuses_plain_http(name: str) -> None:
    policies = [policy for policy in QUEUE_POLICIES.values() if {"Ref": name} in policy["Queues"]]
    assert any(
        statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for statement in statements(policies)
    )


@pytest.mark.parametrize("name", RULES)
def test_rule_has_a_queue_for_what_it_cannot_deliver_and_may_write_to_it(name: str) -> None:
    for target in RULES[name]["Targets"]:
        queue = referred(target["DeadLetterConfig"]["Arn"])
        assert target["RetryPolicy"]["MaximumRetryAttempts"] >= 1
        assert any(
            statement["Principal"] == {"Service": "events.amazonaws.com"}
            and referred(statement["Condition"]["ArnEquals"]["aws:SourceArn"]) == name
            and referred(statement["Resource"]) == queue
            for statement in statements(list(QUEUE_POLICIES.values()))
            if statement["Effect"] == "Allow"
        )


@pytest.mark.parametrize("name", RULES)
def test_function_that_a_rule_invokes_has_a_failure_destination_it_may_write_to(name: str) -> None:
    for target in RULES[name]["Targets"]:
        function = FUNCTIONS.get(referred(target["Arn"]))
        if function is None:
            continue
        destination = function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"]
        assert referred(destination) in QUEUES
        assert _may(function, "sqs:SendMessage", destination)


def test_stream_mapping_bisects_gives_up_and_reports() -> None:
    function = FUNCTIONS["EventRelayFunction"]
    mapping = function["Events"]["TableStream"]["Properties"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 1 <= mapping["MaximumRetryAttempts"] <= 100
    assert mapping["BatchSize"] <= 100
    assert json.loads(mapping["FilterCriteria"]["Filters"][0]["Pattern"]) == {
        "eventName": ["INSERT"],
        "dynamodb": {"NewImage": {"public": {"BOOL": [True]}}},
    }
    assert _may(function, "sqs:SendMessage", mapping["DestinationConfig"]["OnFailure"]["Destination"])


@pytest.mark.parametrize(
    ("metric", "namespace"),
    [
        ("ExecutionsFailed", "AWS/States"),
        ("ExecutionsTimedOut", "AWS/States"),
        ("IteratorAge", "AWS/Lambda"),
        ("5XXError", "AWS/ApiGateway"),
        ("OperationFailed", "quita"),
        ("LedgerMismatch", "quita"),
        ("ManualWorkOpen", "quita"),
        ("ValueInDoubtOpen", "quita"),
    ],
)
def test_metric_has_an_alarm(metric: str, namespace: str) -> None:
    assert any((alarm["MetricName"], alarm["Namespace"]) == (metric, namespace) for alarm in ALARMS.values())


def test_every_alarm_notifies_the_topic_when_there_is_one() -> None:
    notify = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
    assert all(alarm["AlarmActions"] == notify for alarm in ALARMS.values())


def test_table_is_protected_recoverable_and_encrypted() -> None:
    resource = TEMPLATE["Resources"]["Table"]
    table = resource["Properties"]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert TEMPLATE["Parameters"]["DeletionProtection"]["Default"] == "true"
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["SSESpecification"]["SSEEnabled"] is True
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"


def test_only_the_listed_routes_need_no_key() -> None:
    public = {
        (route["Method"], route["Path"]) for _, route in _routes() if route.get("Auth", {}).get("Authorizer") == "NONE"
    }
    assert public == PUBLIC_ROUTES
    assert API["Auth"]["DefaultAuthorizer"] == "AppKey"


def test_no_route_is_defined_twice() -> None:
    routes = [(route["Method"], route["Path"]) for _, route in _routes()]
    assert len(set(routes)) == len(routes)


def test_sandbox_is_deployed_on_request_only() -> None:
    assert TEMPLATE["Parameters"]["Sandbox"]["Default"] == "false"
    resources = TEMPLATE["Resources"]
    conditional = {name for name, resource in resources.items() if resource.get("Condition") == "IsSandbox"}
    assert conditional == {name for name in resources if name.startswith("SandboxConnector")}


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("UNAUTHORIZED", 401),
        ("ACCESS_DENIED", 403),
        ("MISSING_AUTHENTICATION_TOKEN", 404),
        ("RESOURCE_NOT_FOUND", 404),
        ("REQUEST_TOO_LARGE", 413),
        ("THROTTLED", 429),
        ("QUOTA_EXCEEDED", 429),
        ("INTEGRATION_TIMEOUT", 504),
        ("DEFAULT_4XX", None),
        ("DEFAULT_5XX", None),
    ],
)
def test_gateway_answers_in_the_contracts_shape(kind: str, status: int | None) -> None:
    response = API["GatewayResponses"][kind]
    assert response.get("StatusCode") == status
    body = response["ResponseTemplates"]["application/json"]
    error = json.loads(body.replace("$context.error.messageString", '"why"'))["error"]
    assert set(error) == {"code", "message", "exception"}
    assert error["exception"] is None


def test_gateway_answers_with_the_codes_of_the_catalogue() -> None:
    """Who may not is told in the same code by gateway and functions; what only the gateway answers has its status."""
    codes = {401: Unauthorised.code, 403: Forbidden.code}
    for kind, response in API["GatewayResponses"].items():
        text = response["ResponseTemplates"]["application/json"].replace("$context.error.messageString", "0")
        if (status := response.get("StatusCode")) is not None:
            assert json.loads(text)["error"]["code"] == codes.get(status, str(status)), kind


def test_every_answer_of_403_that_the_gateway_gives_is_named() -> None:
    forbidden = {kind for kind, response in API["GatewayResponses"].items() if response.get("StatusCode") == 403}
    assert forbidden == {"ACCESS_DENIED", "EXPIRED_TOKEN", "INVALID_API_KEY", "INVALID_SIGNATURE", "WAF_FILTERED"}


def test_functions_behind_the_api_end_before_it_gives_up() -> None:
    assert all(FUNCTIONS[name]["Timeout"] <= 29 for name, _ in _routes())


def _may(function: dict[str, Any], action: str, resource: Any) -> bool:
    return any(
        action in statement["Action"] and resource in (statement["Resource"], *_listed(statement["Resource"]))
        for statement in statements(ROLES[referred(function["Role"])]["Policies"])
    )


def _listed(resource: Any) -> list[Any]:
    return resource if isinstance(resource, list) else []
