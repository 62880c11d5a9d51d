"""Wires the ports to AWS. Each client is created once per process, on first use.

Those that a settlement needs are our own: DynamoDB, EventBridge, Step Functions, Secrets Manager. Others are boto3's.
"""

import time
import uuid
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from settlement.domain.actor import Actor
from settlement.environment import ENVIRONMENT
from settlement.storage.aws_client import AwsClient, endpoint_of, region_of
from settlement.storage.dynamodb import DynamoDBStore
from settlement.storage.dynamodb_client import DynamoDB
from settlement.storage.outage import reporting_outages
from settlement.use_cases.shared.ports import Ports

if TYPE_CHECKING:
    from pathlib import Path

    from boto3 import Session
    from botocore.config import Config
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

    from settlement.connectors.hook_client import HookClient
    from settlement.connectors.ppp import PaymentProviderClient
    from settlement.connectors.probe import ConnectorProbe
    from settlement.storage.bucket import Bucket
    from settlement.storage.connector_credentials import SecretsManagerCredentials
    from settlement.storage.console_access import DynamoDBAccess
    from settlement.storage.entry_log import EntryLog
    from settlement.storage.feeds import DynamoDBFeeds
    from settlement.storage.figures import HourlyCounters
    from settlement.storage.report_lines import BucketLines
    from settlement.storage.report_run import ReportRun
    from settlement.storage.report_workspace import ReportWorkspace
    from settlement.storage.reports import DynamoDBReports
    from settlement.storage.workflow import Workflow

CONNECT_SECONDS, READ_SECONDS, TRIES = 1, 3, 3
"""One call of AWS, with its tries and pauses, ends within 12 s, before the function that makes it does.

All tries of a transactional write have the same token, so it is applied once.
"""


_OBJECT_SECONDS = 10
"""How long S3 may be silent: it answers for an object of many parts when it has put them together."""


def _client(kind: type[AwsClient]) -> AwsClient:
    region = region_of(ENVIRONMENT.variables)
    return kind(
        endpoint_of(kind.service, ENVIRONMENT.variables, region),
        region,
        ENVIRONMENT.variables,
        authorities=ENVIRONMENT.certificate_authorities,
        connect_seconds=CONNECT_SECONDS,
        try_seconds=READ_SECONDS,
        tries=TRIES,
    )


@cache
def dynamodb() -> "DynamoDBClient":
    """Return the process's DynamoDB client."""
    return cast("DynamoDBClient", _client(DynamoDB))


def reports() -> "DynamoDBReports":
    """Return the settlement reports of all accounts."""
    from settlement.storage.reports import DynamoDBReports

    return DynamoDBReports(dynamodb(), ENVIRONMENT.table_name)


@cache
def reports_bucket() -> "Bucket":
    """Return the bucket of settlement reports, which ``REPORTS_BUCKET`` names."""
    from botocore.config import Config

    from settlement.storage.bucket import ADDRESSES, Bucket

    config = _limits(_OBJECT_SECONDS).merge(Config(**ADDRESSES))
    return Bucket(session().client("s3", config=config), ENVIRONMENT.reports_bucket)


def report_workspace(path: "Path") -> "ReportWorkspace":
    """Return the workspace of a settlement report in a file."""
    from settlement.storage.report_workspace import ReportWorkspace

    return ReportWorkspace(path)


def report_run(folder: "Path", account: str, report_id: str, run: str) -> "ReportRun":
    """Return what a run of a settlement report hands from stage to stage, with a folder of the stage's own."""
    from settlement.storage.report_run import ReportRun

    return ReportRun(reports_bucket(), folder, account, report_id, run)


def fetched_report(key: str, file: "Path") -> str:
    """Bring the file of a settlement report here; return its SHA-256."""
    from settlement.storage.report_run import fetched

    return fetched(reports_bucket(), key, file)


def beginning_of_object(key: str, length: int) -> bytes | None:
    """Return the first bytes of an object in the bucket of settlement reports; None if there is no such object."""
    part = reports_bucket().part(key, 0, length)
    return None if part is None else part.content


def report_lines() -> "BucketLines":
    """Return the lines of settlement reports."""
    from settlement.storage.report_lines import BucketLines

    return BucketLines(reports_bucket())


@cache
def session() -> "Session":
    """Return the process's session of boto3; the first call loads boto3."""
    import boto3

    return boto3.Session()


@cache
def _limits(read_seconds: float = READ_SECONDS) -> "Config":
    from botocore.config import Config

    retries: Any = {"mode": "standard", "total_max_attempts": TRIES}
    return Config(connect_timeout=CONNECT_SECONDS, read_timeout=read_seconds, retries=retries)


@cache
def events() -> "EventBridgeClient":
    """Return the process's EventBridge client."""
    from settlement.storage.event_clients import EventBridge

    return reporting_outages(cast("EventBridgeClient", _client(EventBridge)))


@cache
def queues() -> "SQSClient":
    """Return the process's SQS client."""
    return reporting_outages(session().client("sqs", config=_limits()))


@cache
def workflows() -> "SFNClient":
    """Return the process's Step Functions client."""
    from settlement.storage.event_clients import StepFunctions

    return reporting_outages(cast("SFNClient", _client(StepFunctions)))


def workflow() -> "Workflow":
    """Return the settlement workflow that ``STATE_MACHINE_ARN`` names."""
    from settlement.storage.workflow import Workflow

    return Workflow(workflows(), ENVIRONMENT.state_machine_arn)


@cache
def secrets() -> "SecretsManagerClient":
    """Return the process's Secrets Manager client."""
    from settlement.storage.secrets_client import SecretsManager

    return cast("SecretsManagerClient", _client(SecretsManager))


@cache
def credentials() -> "SecretsManagerCredentials":
    """Return the credentials of connectors, in the secret that ``CREDENTIALS_SECRET`` names."""
    from settlement.storage.connector_credentials import SecretsManagerCredentials

    return SecretsManagerCredentials(
        secrets, ENVIRONMENT.credentials_secret, dynamodb(), ENVIRONMENT.table_name, now, time.sleep
    )


@cache
def connector_client() -> "PaymentProviderClient":
    """Return the process's connector client; its first call loads the HTTP library."""
    from settlement.connectors.ppp import PaymentProviderClient

    return PaymentProviderClient(
        timeout_seconds=ENVIRONMENT.connector_timeout_seconds,
        credentials=credentials().of,
        allow_loopback=_may_call_this_machine(),
    )


@cache
def connector_probe() -> "ConnectorProbe":
    """Return the process's probe of connectors, which caches the manifests that it has read."""
    from settlement.connectors.probe import ConnectorProbe

    return ConnectorProbe(
        timeout_seconds=ENVIRONMENT.connector_timeout_seconds,
        credentials=credentials().of,
        allow_loopback=_may_call_this_machine(),
    )


@cache
def hook_client() -> "HookClient":
    """Return the process's client of hooks; it may call loopback addresses on the local stack."""
    from settlement.connectors.hook_client import HookClient

    return HookClient(allow_loopback=_may_call_this_machine())


def _may_call_this_machine() -> bool:
    """Return whether connectors and hooks may be at loopback addresses: with ``SANDBOX``, and never in the cloud.

    At a loopback address of the cloud, a function finds nothing but Lambda's own interfaces.
    """
    return ENVIRONMENT.sandbox and not ENVIRONMENT.is_in_the_cloud


@cache
def console_access() -> "DynamoDBAccess":
    """Return the app keys, failed attempts and ended sessions of the console, on the same table."""
    from settlement.storage.console_access import DynamoDBAccess

    return DynamoDBAccess(reporting_outages(dynamodb()), ENVIRONMENT.table_name)


@cache
def console_secret() -> str:
    """Return what the console's sessions are sealed with: the secret that ``CONSOLE_SECRET`` names."""
    return str(secrets().get_secret_value(SecretId=ENVIRONMENT.console_secret)["SecretString"])


def store() -> DynamoDBStore:
    """Return the store on the table that ``TABLE_NAME`` names."""
    return DynamoDBStore(dynamodb(), ENVIRONMENT.table_name)


def feeds() -> "DynamoDBFeeds":
    """Return the feeds and hooks on the same table."""
    from settlement.storage.feeds import DynamoDBFeeds

    return DynamoDBFeeds(dynamodb(), ENVIRONMENT.table_name)


def hourly_counters() -> "HourlyCounters":
    """Return the counters of the console's figures, on the same table."""
    from settlement.storage.figures import HourlyCounters

    return HourlyCounters(dynamodb(), ENVIRONMENT.table_name)


def entry_log() -> "EntryLog":
    """Return the journals on the same table."""
    from settlement.storage.entry_log import EntryLog

    return EntryLog(dynamodb(), ENVIRONMENT.table_name)


def ports(actor: Actor) -> Ports:
    """Return the real store, clock, ids and pause, for who acts."""
    return Ports(store(), now, lambda: uuid.uuid4().hex.upper(), actor, time.sleep, ENVIRONMENT.sandbox)


def patience() -> timedelta:
    """Return how long a request may wait for its operation: ``ANSWER_WAIT_SECONDS``."""
    return timedelta(seconds=ENVIRONMENT.answer_wait_seconds)


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)
