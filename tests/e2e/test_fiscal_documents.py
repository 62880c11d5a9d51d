"""An NF-e under the deployed roles: it is read, its key is claimed, and another order that has it is told so."""

import uuid

from testkit.merchant import Merchant, settle
from testkit.nfe_documents import nfe, nfe_key


def test_note_is_an_invoice_and_its_key_is_that_of_one_order(merchant: Merchant) -> None:
    number = uuid.uuid4().int % 10**9
    document = nfe(number, "70.00", [("A", "1", "50.00"), ("B", "1", "15.00")])
    first, second = merchant.place(), merchant.place()

    taken = first.api.send("POST", f"{first.path}/invoice/nfe", document)
    again = first.api.send("POST", f"{first.path}/invoice/nfe", document)
    told = second.api.send("POST", f"{second.path}/invoice/nfe/preview", document)
    key = {"type": "Output", "issuanceDate": "2026-07-01", "invoiceNumber": "N1", "invoiceValue": 1000}
    warned = second.api.post(f"{second.path}/invoice", key | {"invoiceKey": nfe_key(number)})
    corrected = second.api.patch(f"{second.path}/invoice/N1", {"invoiceKey": nfe_key(number)[:-1] + "x"})
    first.come_to_rest()

    assert [answer.status for answer in (taken, again, told, warned, corrected)] == [200] * 5
    assert "warnings" not in taken.json
    assert [warning["code"] for warning in warned.json["warnings"]] == ["NFE_KEY_USED"]
    assert "NFE_KEY_USED" in [warning["code"] for warning in told.json["warnings"]]
    assert first.calls() == [settle("70.00")]
