"""Starts the settlement workflow for operations."""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from settlement.use_cases.shared.ports import DueOperation, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

Input = dict[str, Any]
"""What an execution is given: account, transaction and number of its operation."""


class Workflow:
    """The settlement workflow; each execution is one attempt of one operation (A§3.5)."""

    def __init__(self, client: "SFNClient", arn: str) -> None:
        self._client = client
        self._arn = arn

    def start(self, operation: DueOperation) -> None:
        """Start an execution; a second one for the same operation ends at once.

        Raises ``ClientError``, ``BotoCoreError`` or ``Unavailable`` if it does not start.
        """
        self._client.start_execution(stateMachineArn=self._arn, input=json.dumps(_input_for(operation)))

    def start_all(self, operations: Iterable[DueOperation]) -> Iterator[tuple[Input, str]]:
        """Start an execution for each; yield the input of those that do not start, each with the reason."""
        for operation in operations:
            try:
                self.start(operation)
            except (ClientError, BotoCoreError, Unavailable) as fault:
                yield _input_for(operation), str(fault)


def _input_for(operation: DueOperation) -> Input:
    return {
        "account": operation.account,
        "transactionId": operation.transaction_id,
        "operation": operation.sequence,
    }
