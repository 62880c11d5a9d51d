"""A person ends the work on an invoice whose access key is another one's: it is right as it is (R36, D173)."""

from dataclasses import replace

from settlement.domain.actor import Acceptance
from settlement.domain.errors import InvoiceNotFound, WrongStatus
from settlement.domain.events import EventType
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import load
from settlement.use_cases.shared.ports import Changed, Ports


def accept_used_key(
    ports: Ports, account: str, order_id: str, number: str, reference: str, reason: str | None = None
) -> None:
    """Write that an invoice may have the key of another one, by ``reference``, and close its work; no figure changes.

    The same reference again writes nothing. Raises ``OrderNotFound``, ``InvoiceNotFound``, ``TimelineFull``, and
    ``WrongStatus`` if its key is no other invoice's, or was accepted with another reference.
    """
    decide_until_written(ports, lambda: _accept(ports, account, order_id, number, reference, reason))


def _accept(ports: Ports, account: str, order_id: str, number: str, reference: str, reason: str | None) -> None:
    heads = load(ports.store, account, order_id)
    invoice = ports.store.invoice(account, order_id, number)
    if invoice is None:
        raise InvoiceNotFound(number)
    used = invoice.doubtful_key
    if used is None:
        raise WrongStatus(f"The access key of invoice {number} is no other invoice's: there is nothing to accept")
    if used.accepted is not None:
        if used.accepted.reference != reference:
            raise WrongStatus(
                f"The access key of invoice {number} was accepted already, with reference {used.accepted.reference}"
            )
        return
    heads.transaction.require_room_for_remarks()
    now = ports.now()
    accepted = replace(used, accepted=Acceptance(reference, now, ports.actor, reason))
    journal = heads.journal(now)
    journal.record(
        EventType.USED_KEY_ACCEPTED,
        invoiceNumber=number,
        accessKey=used.key,
        holder=used.holder,
        reference=reference,
        reason=reason,
    )
    after = replace(invoice, used_key=accepted, replays=invoice.replays + 1)
    commit = heads.becomes(journal, heads.order, heads.transaction)
    ports.commit(replace(commit, replaced_invoices=[Changed(invoice, after)]))
