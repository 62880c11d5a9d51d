"""AWS over HTTP: moto's tables and secrets of this process behind a server on a socket.

It is for clients that moto cannot patch.
"""

from __future__ import annotations

import os
from http.server import BaseHTTPRequestHandler
from threading import Lock
from typing import Any, cast

from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from moto.core.models import botocore_stubber

from settlement.storage.dynamodb_client import DynamoDB
from settlement.storage.secrets_client import SecretsManager
from tests.support.local_server import LocalServer

_AWS = "https://{}.us-east-1.amazonaws.com/"


class AwsServer(LocalServer):
    """What moto holds at ``url``, one request at a time: it is not safe for threads."""

    def __init__(self) -> None:
        guard = Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                service = self.headers["X-Amz-Target"].partition(".")[0].partition("_")[0].lower()
                headers = cast(Any, HeadersDict(self.headers))
                request = AWSPreparedRequest("POST", _AWS.format(service), headers, asked, stream_output=False)
                with guard:
                    answer = botocore_stubber.process_request(request)
                assert answer is not None
                status, told, body = answer
                content = body.encode() if isinstance(body, str) else body
                self.send_response_only(status)
                for name, value in told.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        super().__init__(Handler)


class OwnClient(DynamoDB):
    """The service's own client; what only tests ask (tables, scans) goes to boto3's."""

    def __init__(self, url: str, boto3_client: Any) -> None:
        super().__init__(url, "us-east-1", os.environ, connect_seconds=5, try_seconds=30, tries=3)
        self._boto3_client = boto3_client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._boto3_client, name)


class OwnSecretsClient(SecretsManager):
    """The same for secrets."""

    def __init__(self, url: str, boto3_client: Any) -> None:
        super().__init__(url, "us-east-1", os.environ, connect_seconds=5, try_seconds=30, tries=3)
        self._boto3_client = boto3_client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._boto3_client, name)
