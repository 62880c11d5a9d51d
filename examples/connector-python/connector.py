"""A payment connector of the Payment Provider Protocol, in standard Python: python3 connector.py PORT [JOURNAL]

Each effect is a line of the journal, with the answer that a repeated request gets, and is on the disk before the answer
leaves: a connector that is killed at any moment goes on where it was. Amounts are cents.
"""

import json
import os
import sys
import threading
import time
import uuid
from contextlib import suppress
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

DECISION_SECONDS = float(os.environ.get("DECISION_SECONDS", "1"))
MOST_BYTES, MOST_UNITS = 1_000_000, 10**9
KINDS = [{"name": name, "allowsSplit": "disabled"} for name in ("Visa", "Mastercard", "Pix", "BankInvoice")]
MANIFEST = {"paymentMethods": KINDS, "customFields": [{"name": "Shop", "type": "text"}], "metadataFields": ["terminal"]}
BY_LAST_DIGITS = {"1112": ("denied", "denied"), "2224": ("undefined", "approved"), "2225": ("undefined", "denied")}
WAYS_TO_PAY = {
    "Pix": lambda tid: {"paymentAppData": {"appName": "pix", "payload": json.dumps({"code": f"PIX-{tid}"})}},
    "BankInvoice": lambda tid: {"identificationNumber": str(int(tid, 16)).zfill(47)},
}
payments, answers, lock = {}, {}, threading.Lock()  # the lock: from reading the books to the effect on the disk


class Refusal(Exception):
    """A request that has no effect: status, code, message."""


def open_journal(path: str) -> None:
    """Read the books; a torn last line is an effect that nobody was told of, and is cut off."""
    global journal
    journal = open(path, "a+b")  # noqa: PTH123, SIM115
    journal.seek(0)
    *lines, torn = journal.read().split(b"\n")
    journal.truncate(journal.tell() - len(torn))
    for line in lines:
        keep(**json.loads(line))


def keep(payment: dict, answered: dict) -> None:
    payments[payment["id"]] = payment
    answers.update(answered)


def write(payment: dict, answered: dict) -> None:
    """Put a payment as it is now, and an answer, on the disk and into the books; a disk that fails ends the process."""
    try:
        journal.write(json.dumps({"payment": payment, "answered": answered}).encode() + b"\n")
        journal.flush()
        os.fsync(journal.fileno())
    except OSError as fault:
        print(f"the journal cannot be written: {fault}", file=sys.stderr)
        os._exit(1)
    keep(payment, answered)


def create(body: dict) -> dict:
    """Authorise a payment, or tell how it is; an undefined one is decided by the first request after its time."""
    payment = payments.get(text(body, "paymentId"))
    if payment is None:
        card, tid, way = body.get("card") or {}, uuid.uuid4().hex, WAYS_TO_PAY.get(body.get("paymentMethod"))
        digits = str(card.get("number") or card.get("numberToken"))[-4:]
        status, later = ("undefined", "approved") if way else BY_LAST_DIGITS.get(digits, ("approved", "approved"))
        told = {"connectorMetadata": [{"name": "terminal", "value": f"T-{shop(body)}"}]} | (way(tid) if way else {})
        payment = {"id": body["paymentId"], "tid": tid, "told": told, "status": status, "later": later}
        write(payment | {"due": time.time() + DECISION_SECONDS, "open": cents(body), "settled": {}}, {})
        if status == "undefined":
            threading.Timer(DECISION_SECONDS, call_back, [str(body.get("callbackUrl"))]).start()
    elif payment["status"] == "undefined" and payment["due"] <= time.time():
        write(payment | {"status": payment["later"]}, {})
    return authorisation(payments[body["paymentId"]])


def call_back(url: str) -> None:
    """Have the gateway ask again; without this call, it does so later by itself."""
    if url.startswith(("https://", "http://")):
        with suppress(OSError):
            urlopen(Request(url, b"{}", {"Content-Type": "application/json"}), timeout=5).close()


def authorisation(payment: dict) -> dict:
    status, tid = payment["status"], payment["tid"]
    ids = {"authorizationId": f"A-{tid}" if status == "approved" else None, "tid": tid, "nsu": tid[:12]}
    words = {"acquirer": "Example", "code": "00" if status == "approved" else "05", "message": status}
    delays = {"delayToAutoSettle": 345_600, "delayToAutoSettleAfterAntifraud": 1_800, "delayToCancel": 604_800}
    return {"paymentId": payment["id"], "status": status, **ids, **words, **delays, **payment["told"]}


def settle(payment: dict, body: dict) -> dict:
    value, settle_id = taken(payment, cents(body)), uuid.uuid4().hex
    payment["settled"] = payment["settled"] | {settle_id: value}
    return {"settleId": settle_id, "value": value / 100}


def cancel(payment: dict, body: dict) -> dict:
    if payment["status"] == "undefined":
        payment |= {"status": "denied", "open": 0}
    else:
        taken(payment, payment["open"] if body.get("value") is None else cents(body))
    return {"cancellationId": uuid.uuid4().hex}


def taken(payment: dict, value: int) -> int:
    if payment["status"] != "approved" or not 0 < value <= payment["open"]:
        raise Refusal(400, "above-open", f"the payment is {payment['status']}, {payment['open']} cents of it are open")
    payment["open"] -= value
    return value


def refund(payment: dict, body: dict) -> dict:
    value, settle_id = cents(body), text(body, "settleId")
    left = payment["settled"].get(settle_id, 0)
    if value > left:
        raise Refusal(400, "above-settled", f"{left} cents are left of this settlement")
    payment["settled"] = payment["settled"] | {settle_id: left - value}
    return {"refundId": uuid.uuid4().hex, "value": value / 100}


MOVEMENTS = {"settlements": settle, "cancellations": cancel, "refunds": refund}


def move(payment_id: str, kind: str, body: dict) -> list:
    """Do a request once; done or refused, its answer is kept, and a repetition gets the same."""
    ids = {"paymentId": payment_id, "requestId": text(body, "requestId")}
    key = f"{kind}/{payment_id}/{ids['requestId']}"
    if key not in answers:
        if payment_id not in payments:
            raise Refusal(404, "no-such-payment", f"there is no payment {payment_id}")
        payment, at = dict(payments[payment_id]), shop(body)
        try:
            answer = [200, ids | MOVEMENTS[kind](payment, body) | {"message": f"done for {at}"}]
        except Refusal as refusal:
            answer = [refusal.args[0], ids | {"code": refusal.args[1], "message": refusal.args[2]}]
        write(payment, {key: answer})
    return answers[key]


def text(fields: dict, name: str) -> str:
    if not isinstance(fields.get(name), str) or not fields[name]:
        raise Refusal(400, "invalid", f"{name} is missing")
    return fields[name]


def shop(body: dict) -> str:
    """Return the merchant's custom field, which every request brings along."""
    return text({field.get("name"): field.get("value") for field in body.get("merchantSettings") or []}, "Shop")


def cents(body: dict) -> int:
    value = body.get("value")
    if type(value) not in (int, Decimal) or not 0 < value < MOST_UNITS or value * 100 % 1:
        raise Refusal(400, "invalid", "value is not an amount above zero in whole cents")
    return int(value * 100)


class Connector(BaseHTTPRequestHandler):
    protocol_version, timeout, wbufsize = "HTTP/1.1", 60, -1

    def do_POST(self) -> None:
        try:
            length = int(self.headers.get("Content-Length") or 0)
            self.close_connection |= not 0 <= length <= MOST_BYTES
            status, answer = self.answered(self.rfile.read(length if 0 <= length <= MOST_BYTES else 0))
        except Refusal as refusal:
            status, answer = refusal.args[0], {"code": refusal.args[1], "message": refusal.args[2]}
        except (ValueError, TypeError, AttributeError, RecursionError) as fault:
            status, answer = 400, {"code": "invalid", "message": f"the body cannot be read: {fault}"}
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data := json.dumps(answer).encode())))
        self.end_headers()
        self.wfile.write(data)

    def answered(self, sent: bytes) -> list:
        path = map(unquote, urlsplit(self.path).path.strip("/").split("/"))
        with lock:
            match self.command, *path:
                case "GET", "manifest":
                    return [200, MANIFEST]
                case "POST", "payments":
                    return [200, create(json.loads(sent, parse_float=Decimal))]
                case "POST", "payments", payment_id, kind if kind in MOVEMENTS:
                    return move(payment_id, kind, json.loads(sent, parse_float=Decimal))
        raise Refusal(404, "no-such-path", f"there is no {self.command} {self.path}")

    do_GET = do_POST


if __name__ == "__main__":
    port, path, *_ = [*sys.argv[1:], f"connector-{sys.argv[1]}.journal"]
    with ThreadingHTTPServer(("127.0.0.1", int(port)), Connector) as server:
        open_journal(path)
        server.serve_forever()
