"""DynamoDB over HTTP: moto's tables of this process behind a server on a socket, for clients that moto cannot patch."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Self, cast

from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from moto.core.models import botocore_stubber

from settlement.storage.dynamodb_client import DynamoDB

_AWS = "https://dynamodb.us-east-1.amazonaws.com/"


class DynamoDBServer:
    """The tables of moto at ``url``, one request at a time: they are not safe for threads."""

    def __init__(self) -> None:
        guard = Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                request = AWSPreparedRequest(
                    "POST", _AWS, cast(Any, HeadersDict(self.headers)), asked, stream_output=False
                )
                with guard:
                    answer = botocore_stubber.process_request(request)
                assert answer is not None
                status, headers, body = answer
                content = body.encode() if isinstance(body, str) else body
                self.send_response_only(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class OwnClient(DynamoDB):
    """The service's own client; what only tests ask (tables, scans) goes to boto3's."""

    def __init__(self, url: str, boto3_client: Any) -> None:
        super().__init__(url, "us-east-1", connect_seconds=5, try_seconds=30, tries=3)
        self._boto3_client = boto3_client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._boto3_client, name)
