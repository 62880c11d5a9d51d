"""What a document, or its key, says otherwise than the invoice, the order, or the rules (D155).

Each is a remark with a code of its own; the account's setting makes warnings or refusals of them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from settlement.domain.fiscal.access_key import AccessKey, WrongCheckDigit, access_key
from settlement.domain.fiscal.cancellation_event import REGISTERED, CancellationEvent
from settlement.domain.fiscal.matching import line_of, mentions_of
from settlement.domain.fiscal.nfe import AUTHORISING, RETURN, SALE, FiscalDocument
from settlement.domain.order.fiscal_record import MAX_REMARK_CHARACTERS, MAX_REMARKS, FiscalCode, FiscalRemark
from settlement.domain.order.invoice import Invoice, InvoiceType
from settlement.domain.order.order import Line, lines_meant

MODEL = "55"
_OTHER_MODELS = {
    "01": "a note on paper",
    "57": "a CT-e, of freight",
    "58": "an MDF-e, of a load",
    "59": "a CF-e of a SAT device",
    "62": "an NFCom, of communication",
    "63": "a BP-e, of a journey",
    "65": "an NFC-e, of a sale at a counter",
    "66": "an NF3e, of electricity",
    "67": "a CT-e OS, of services of transport",
}
_CANCELLED = frozenset({"101", "151", "155"})
_DENIED = frozenset({"110", "205", "301", "302", "303"})


def of_key(text: str) -> Iterator[FiscalRemark]:
    """Yield what is wrong with the key of an invoice."""
    try:
        key = access_key(text)
    except ValueError as fault:
        yield FiscalRemark(FiscalCode.KEY, f"invoiceKey: {fault}")
        return
    yield from of_digit(key, "invoiceKey")
    yield from of_model(key, "invoiceKey")


def of_document(document: FiscalDocument) -> Iterator[FiscalRemark]:
    """Yield what is wrong with a document by itself: key, model, purpose and authorisation."""
    yield from of_digit(document.key, "infNFe, Id")
    yield from of_model(document.key, "ide/mod")
    yield from of_purpose(document)
    yield from of_content(document)
    yield from of_authorisation(document)


def of_digit(key: AccessKey, where: str) -> Iterator[FiscalRemark]:
    """Yield a remark unless the last digit of a key checks the others."""
    try:
        key.require_check_digit()
    except WrongCheckDigit as fault:
        yield FiscalRemark(FiscalCode.CHECK_DIGIT, f"{where}: {fault}")


def of_content(document: FiscalDocument) -> Iterator[FiscalRemark]:
    """Yield where the key of a document, or of its protocol, says otherwise than the document."""
    yield from _of_content(document.told_of_key)


def _of_content(told: Iterable[tuple[str, str, str]]) -> Iterator[FiscalRemark]:
    for name, said, meant in told:
        if said.lstrip("0") != meant.lstrip("0"):
            yield FiscalRemark(
                FiscalCode.KEY_CONTENT, f"{name}: must be as in the access key, {meant}; got {said[:60]}"
            )


def of_event(event: CancellationEvent) -> Iterator[FiscalRemark]:
    """Yield what is wrong with the cancellation of a note by itself: key, model and registration."""
    yield from of_digit(event.key, "infEvento/chNFe")
    yield from of_model(event.key, "infEvento/chNFe")
    yield from _of_content(event.told_twice)
    if event.is_test:
        yield FiscalRemark(FiscalCode.TEST, "infEvento/tpAmb: must be 1, production; it is 2, the test environment")
    if event.registration is None:
        yield FiscalRemark(
            FiscalCode.NO_PROTOCOL, "retEvento: is missing, so nothing says that the cancellation is registered"
        )
    elif event.registration.status not in REGISTERED:
        yield FiscalRemark(
            FiscalCode.NOT_AUTHORISED,
            f"retEvento/cStat: must be {', '.join(sorted(REGISTERED))}; "
            f"it is {event.registration.status}, {event.registration.reason}",
        )


def of_purpose(document: FiscalDocument) -> Iterator[FiscalRemark]:
    """Yield a remark for a document that is neither a sale nor a return: an adjustment, or goods that are bought."""
    if not document.is_return and (document.purpose, document.direction) != SALE:
        yield FiscalRemark(
            FiscalCode.PURPOSE,
            f"ide/finNFe and ide/tpNF: must be {' and '.join(SALE)} of a sale, or finNFe {RETURN} of a return; "
            f"got {document.purpose} and {document.direction}",
        )


def of_model(key: AccessKey, where: str) -> Iterator[FiscalRemark]:
    """Yield a remark for a document of another model than the NF-e's."""
    if key.model != MODEL:
        named = f", {_OTHER_MODELS[key.model]}" if key.model in _OTHER_MODELS else ""
        yield FiscalRemark(FiscalCode.MODEL, f"{where}: its model must be {MODEL}, an NF-e; it is {key.model}{named}")


def of_authorisation(document: FiscalDocument) -> Iterator[FiscalRemark]:
    """Yield a remark unless the tax authority has authorised the document, for production."""
    if document.is_test:
        yield FiscalRemark(FiscalCode.TEST, "ide/tpAmb: must be 1, production; it is 2, the test environment")
    protocol = document.protocol
    if protocol is None:
        yield FiscalRemark(FiscalCode.NO_PROTOCOL, "protNFe: is missing, so nothing says that the note is authorised")
    elif not protocol.authorises:
        status = protocol.status
        named = "cancelled: " * (status in _CANCELLED) or "denied: " * (status in _DENIED)
        yield FiscalRemark(
            FiscalCode.NOT_AUTHORISED,
            f"protNFe/cStat: must be {' or '.join(sorted(AUTHORISING))}; it is {status}, {named}{protocol.reason}",
        )


def of_invoice(document: FiscalDocument, invoice: Invoice) -> Iterator[FiscalRemark]:
    """Yield where a document differs from the invoice that it came with: key, type, number, value and date."""
    told = invoice.plain_key
    if told and told != document.key.text:
        yield FiscalRemark(
            FiscalCode.KEY_DIFFERS, f"invoiceKey: must be the document's, {document.key.text}; got {told[:60]}"
        )
    if invoice.type is not document.type:
        yield FiscalRemark(
            FiscalCode.TYPE_DIFFERS,
            f"type: must be {document.type.value}, as finNFe and tpNF say; got {invoice.type.value}",
        )
    if invoice.number.isdigit() and int(invoice.number) != document.key.number:
        yield FiscalRemark(
            FiscalCode.NUMBER_DIFFERS, f"invoiceNumber: must be nNF, {document.number}; got {invoice.number}"
        )
    if invoice.value != document.total:
        yield FiscalRemark(FiscalCode.VALUE_DIFFERS, _of_value(document, invoice.value))
    if not _is_same_day(invoice.issuance_date, document.issued_at):
        yield FiscalRemark(
            FiscalCode.DATE_DIFFERS,
            f"issuanceDate: must be the day of dhEmi, {document.issued_at}; got {invoice.issuance_date}",
        )


def _of_value(document: FiscalDocument, value: int) -> str:
    with_taxes = " which is vNFTot, with IBS, CBS and IS" if value == document.total_with_taxes else ""
    return f"invoiceValue: must be vNF, {document.total}; got {value}{with_taxes}"


def _is_same_day(told: str, issued_at: str) -> bool:
    """True if a date is that of the issue as it is written, or a time that is on the day of the issue where it was."""
    day = slice(len("2026-07-01"))
    if told[day] == issued_at[day]:
        return True
    try:
        said, issued = datetime.fromisoformat(told), datetime.fromisoformat(issued_at)
        return said.tzinfo is not None and said.astimezone(issued.tzinfo).date() == issued.date()
    except (ValueError, OverflowError):
        return False


def of_items(
    document: FiscalDocument, invoice: Invoice, lines: Sequence[Line], *, is_booked: bool
) -> Iterator[FiscalRemark]:
    """Yield the items that the order does not have, or not so many of, and those that the invoice tells otherwise.

    ``is_booked`` says that the invoice was taken before its document came: then its units are no longer left.
    """
    for item in document.items:
        if line_of(item, lines) is None:
            yield FiscalRemark(
                FiscalCode.ITEM,
                f"det {item.number}: no line of the order is meant by cProd {item.code}, "
                f"cEAN {item.barcode or 'none'} or nItemPed {item.order_line or 'none'}",
            )
    counted = {mention.id: mention.quantity for mention in mentions_of(document.items, lines)}
    is_sale = invoice.type is InvoiceType.OUTPUT
    for id_, quantity in counted.items():
        of_sku = [line for line in lines if line.id == id_]
        left = sum(_room(line, is_sale=is_sale, is_booked=is_booked) for line in of_sku)
        if of_sku and quantity > left:
            yield FiscalRemark(
                FiscalCode.QUANTITY,
                f"item {id_}: must be at most {left}, what is left to {'invoice' if is_sale else 'return'}; "
                f"the document has {quantity}",
            )
    yield from _otherwise(counted, invoice, lines)


def _room(line: Line, *, is_sale: bool, is_booked: bool) -> int:
    """Return the units that a document can have of a line; of_return holds a return to the sales that it names."""
    if is_booked:
        return line.quantity
    return line.pending if is_sale else line.quantity - line.returned


def _otherwise(counted: dict[str, int], invoice: Invoice, lines: Iterable[Line]) -> Iterator[FiscalRemark]:
    """Yield the SKUs of which an invoice with items tells another quantity than its document."""
    if not invoice.items:
        return
    known = list(lines)
    told: Counter[str] = Counter()
    for mention in invoice.items:
        line = next(iter(lines_meant(known, mention)), None)
        told[mention.id if line is None else line.id] += mention.quantity
    for id_ in dict.fromkeys((*told, *counted)):
        if told[id_] != counted.get(id_, 0):
            yield FiscalRemark(
                FiscalCode.QUANTITY,
                f"item {id_}: the document has {counted.get(id_, 0)}, items of the request {told[id_]}",
            )


def shortened(remarks: Iterable[FiscalRemark]) -> tuple[FiscalRemark, ...]:
    """Return the remarks as they are kept: the first of them, with messages of limited length."""
    few = list(remarks)[:MAX_REMARKS]
    return tuple(FiscalRemark(remark.code, remark.message[:MAX_REMARK_CHARACTERS]) for remark in few)
