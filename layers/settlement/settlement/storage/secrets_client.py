"""Secrets Manager as the service calls it, in place of boto3's client."""

from typing import Any

from settlement.storage.aws_client import Answer, AwsClient, Service


class SecretsManager(AwsClient):
    """The Secrets Manager calls that the service makes."""

    service = Service("Secrets Manager", "secretsmanager", "secretsmanager", "1.1")

    def get_secret_value(self, **request: Any) -> Answer:
        """Read a secret."""
        return self.call("GetSecretValue", request)

    def put_secret_value(self, **request: Any) -> Answer:
        """Write a version of a secret; ``ClientRequestToken`` makes a repetition the same version."""
        return self.call("PutSecretValue", request)
