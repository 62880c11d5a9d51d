"""Cold starts in fresh processes: loading each function, and the first events of the two on an invoice's way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from bench.figures import Figures
from bench.own_table import table_like_the_stacks
from local.deployment import client
from local.emulator import aws_environment
from operations.running_stack import Facts
from settlement.domain.actor import Actor
from settlement.domain.connectors.connector import Credentials
from settlement.storage.connector_credentials import SecretsManagerCredentials
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.shared.ports import Ports
from testkit.builders import ACCOUNT
from testkit.first_events import FirstEvents, is_accepted, is_settled, settling_connector
from testkit.loading import FUNCTIONS, first_event_cost, init_cost


def measure_cold_starts(facts: Facts, figures: Figures) -> None:
    """Measure CPU against that of importing boto3 and making a DynamoDB client, in turn."""
    with TemporaryDirectory() as folder:
        byte_code = Path(folder)
        figures.heading("Loading a function and its first event, CPU with byte-code, ÷ boto3 with a DynamoDB client")
        with _first_events(facts) as (events, variables):
            figures.add(
                "cold_post_invoice_over_boto3",
                "POST invoice",
                first_event_cost("invoice_notification", byte_code, events.post_invoice, variables, is_accepted),
            )
            figures.add(
                "cold_settlement_step_over_boto3",
                "a settlement step, with its call of the connector",
                first_event_cost("settlement_steps", byte_code, events.attempt, variables, is_settled),
            )
        figures.heading("Loading each function, against the same")
        for name in FUNCTIONS:
            figures.add(f"init_{name}_over_boto3", name, init_cost(name, byte_code))


@contextmanager
def _first_events(facts: Facts) -> Iterator[tuple[FirstEvents, dict[str, str]]]:
    """Make a table, a secret and a connector; yield events for them, and the environment that finds them."""
    dynamodb, secrets = client("dynamodb", facts.aws_port), client("secretsmanager", facts.aws_port)
    secret = secrets.create_secret(Name=f"bench-{uuid4().hex[:8]}", SecretString="{}")["ARN"]
    try:
        with table_like_the_stacks(facts) as table, settling_connector() as url:
            vault = SecretsManagerCredentials(lambda: secrets, secret, dynamodb, table, _now, time.sleep)
            reference = vault.put(f"{ACCOUNT}/cold", Credentials("key", "token"), keep=None)
            ports = Ports(DynamoDBStore(dynamodb, table), _now, lambda: uuid4().hex.upper(), Actor("key"))
            variables = aws_environment(facts.aws_port) | {
                "TABLE_NAME": table,
                "SANDBOX": "true",
                "CONNECTOR_TIMEOUT_SECONDS": "5",
                "CREDENTIALS_SECRET": secret,
                "PUBLIC_BASE_URL": facts.base_url,
            }
            yield FirstEvents(ports, url, reference), variables
    finally:
        secrets.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)


def _now() -> datetime:
    return datetime.now(UTC)
