"""First events of a cold process: POST invoice, and the attempt that settles it, each on an order of its own."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

from settlement.domain.connectors.connector import CredentialsReference, Mode
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.order.order import LineMention
from settlement.use_cases.orders.notify_invoice import Notification, notify_invoice
from settlement.use_cases.orders.place_order import place_order
from settlement.use_cases.orders.start_handling import start_handling
from settlement.use_cases.shared.ports import Ports
from testkit.builders import ACCOUNT, a_connector, a_new_order, a_new_payment
from testkit.configuring import save_connector
from testkit.provider import FakeProvider
from testkit.workflow import run_workflow

_CONNECTOR = "cold"
_VALUE = 5000
_ISSUED_AT = "2026-03-02T14:00:00Z"


class FirstEvents:
    """Makes events on the table of ``ports``, in an account whose connector is at ``url``."""

    def __init__(self, ports: Ports, url: str, credentials: CredentialsReference) -> None:
        self._ports = ports
        self._provider = FakeProvider()
        connector = a_connector(_CONNECTOR, Mode.PARTIAL, service_url=url, credentials=credentials)
        save_connector(ports.store, ACCOUNT, connector)

    def post_invoice(self) -> dict[str, Any]:
        """Return the REST API's event of an invoice on a new order."""
        order_id, _ = self._open()
        body = {
            "type": "Output",
            "issuanceDate": _ISSUED_AT,
            "invoiceNumber": "N1",
            "invoiceValue": _VALUE,
            "items": [{"id": "A", "price": _VALUE, "quantity": 1}],
        }
        return {
            "httpMethod": "POST",
            "path": f"/api/oms/pvt/orders/{order_id}/invoice",
            "headers": {"Content-Type": "application/json"},
            "requestContext": {"authorizer": {"principalId": "local-admin", "account": ACCOUNT, "roles": "*"}},
            "body": json.dumps(body),
        }

    def attempt(self) -> dict[str, Any]:
        """Return the workflow's event that settles an invoice of a new order."""
        order_id, transaction_id = self._open()
        items = (LineMention("A", _VALUE, 1),)
        notify_invoice(
            self._ports, ACCOUNT, order_id, Notification(InvoiceType.OUTPUT, "N1", _VALUE, _ISSUED_AT, items)
        )
        return {
            "step": "attempt",
            "execution": uuid4().hex,
            "startedAt": datetime.now(UTC).isoformat(),
            "account": ACCOUNT,
            "transactionId": transaction_id,
            "operation": 2,
        }

    def _open(self) -> tuple[str, str]:
        heads = place_order(self._ports, ACCOUNT, a_new_order(a_new_payment(2 * _VALUE, _CONNECTOR)))
        transaction_id = heads.transaction.transaction_id
        run_workflow(self._ports, self._provider, ACCOUNT, transaction_id, 1)
        start_handling(self._ports, ACCOUNT, heads.order.order_id)
        return heads.order.order_id, transaction_id


def is_accepted(answer: Mapping[str, Any]) -> bool:
    """Return whether an invoice was taken."""
    return bool(answer["statusCode"] == 200)


def is_settled(answer: Mapping[str, Any]) -> bool:
    """Return whether an attempt has ended."""
    return bool(answer["outcome"] == "done")


@contextmanager
def settling_connector() -> Iterator[str]:
    """Serve a connector that settles whatever it is asked; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told = {name: asked[name] for name in ("paymentId", "requestId", "value")} | {"settleId": uuid4().hex}
            content = json.dumps(told).encode()
            self.send_response_only(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
