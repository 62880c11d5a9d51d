"""EventBridge and Step Functions as the service calls them, in place of boto3's clients."""

from typing import Any

from settlement.storage.aws_client import Answer, AwsClient, Service


class EventBridge(AwsClient):
    """The EventBridge call that the service makes."""

    service = Service("EventBridge", "events", "AWSEvents", "1.1")

    def put_events(self, *, Entries: list[dict[str, Any]]) -> Answer:
        """Put events on a bus."""
        return self.call("PutEvents", {"Entries": [entry | {"Time": entry["Time"].timestamp()} for entry in Entries]})


class StepFunctions(AwsClient):
    """The Step Functions call that the service makes."""

    service = Service("SFN", "states", "AWSStepFunctions", "1.0")

    def start_execution(self, **request: Any) -> Answer:
        """Start an execution. A try that is repeated may start a second one of an express workflow."""
        return self.call("StartExecution", request)
