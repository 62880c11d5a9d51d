"""Documents that nobody here wrote are read field by field as nfelib reads them, by bindings of the whole layout."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from settlement.domain.errors import Refusal
from settlement.domain.fiscal.cancellation_event import CancellationEvent
from settlement.domain.fiscal.nfe import FiscalDocument
from settlement.domain.fiscal.reading import read_fiscal, read_fiscal_or_event
from settlement.domain.fiscal.remarks import of_content, of_model, of_purpose
from testkit.nfe_documents import nfe, nfe_key
from testkit.nfe_events import event, registered

NFELIB = Path(str(import_module("nfelib").__file__)).parent
SAMPLES = sorted((NFELIB / "nfe" / "samples" / "v4_0").rglob("*.xml"))
DOCUMENTS = [path for path in SAMPLES if b"infNFe" in path.read_bytes()]
OTHERS = sorted({*NFELIB.rglob("samples/**/*.[xX][mM][lL]")} - {*DOCUMENTS})
PARSER: Any = import_module("xsdata.formats.dataclass.parsers").XmlParser()
PROCESSED: Any = import_module("nfelib.nfe.bindings.v4_0.proc_nfe_v4_00").NfeProc
BARE: Any = import_module("nfelib.nfe.bindings.v4_0.nfe_v4_00").Nfe
CANCELLED: Any = import_module("nfelib.nfe_evento_cancel.bindings.v1_0.proc_evento_canc_nfe_v1_00").ProcEventoNfe


def oracle(content: bytes) -> dict[str, Any]:
    """What nfelib reads of the fields that are read here."""
    is_processed = b"<nfeProc" in content
    parsed = PARSER.from_bytes(content, PROCESSED if is_processed else BARE)
    body = parsed.NFe.infNFe if is_processed else parsed.infNFe
    protocol = parsed.protNFe.infProt if is_processed and parsed.protNFe is not None else None
    with_taxes = getattr(body.total, "vNFTot", None)
    return {
        "key": body.Id.removeprefix("NFe"),
        "issued_at": body.ide.dhEmi,
        "purpose": body.ide.finNFe.value,
        "direction": body.ide.tpNF.value,
        "is_test": body.ide.tpAmb.value == "2",
        "total": cents(body.total.ICMSTot.vNF),
        "total_with_taxes": cents(with_taxes) if with_taxes else None,
        "references": tuple(named.refNFe for named in body.ide.NFref if named.refNFe),
        "protocol": None if protocol is None else (protocol.cStat, protocol.xMotivo, protocol.nProt),
        "cfop": body.det[0].prod.CFOP,
        "items": [item_of(item) for item in body.det],
    }


def item_of(item: Any) -> tuple[object, ...]:
    product = item.prod
    counts = product.indTot.value == "1"
    barcode = product.cEAN if (product.cEAN or "").isdigit() else None
    return (
        int(item.nItem),
        product.cProd,
        barcode,
        product.xProd,
        Decimal(product.qCom),
        cents(product.vProd) - cents(product.vDesc or "0") if counts else 0,
        product.uCom,
        int(product.nItemPed) if product.nItemPed else None,
    )


def cents(reais: str) -> int:
    return int(Decimal(reais) * 100)


def read(document: FiscalDocument) -> dict[str, Any]:
    """The same fields as they are read here."""
    protocol = document.protocol
    return {
        "key": document.key.text,
        "issued_at": document.issued_at,
        "purpose": document.purpose,
        "direction": document.direction,
        "is_test": document.is_test,
        "total": document.total,
        "total_with_taxes": document.total_with_taxes,
        "references": document.references,
        "protocol": None if protocol is None else (protocol.status, protocol.reason, protocol.number),
        "cfop": document.cfop,
        "items": [
            (
                *(item.number, item.code, item.barcode, item.description, item.quantity, item.value),
                *(item.unit, item.order_line),
            )
            for item in document.items
        ],
    }


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_sample_is_read_as_the_oracle_reads_it(path: Path) -> None:
    content = path.read_bytes()
    assert read(read_fiscal(content)) == oracle(content)


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_sample_of_another_kind_is_refused(path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        read_fiscal(path.read_bytes())
    assert refused.value.published_code in ("NFE_ROOT", "NFE_UNREADABLE")


def test_samples_are_of_every_kind() -> None:
    """A parametrised test without parameters would pass, so their kinds are counted."""
    documents = [read_fiscal(path.read_bytes()) for path in DOCUMENTS]
    assert len(documents) >= 19
    assert {document.key.model for document in documents} == {"55", "65"}
    assert any(document.total_with_taxes is not None for document in documents)
    assert any(document.protocol is None for document in documents)
    assert sum(1 for document in documents if [*of_purpose(document)]) == 1
    assert sum(1 for document in documents if [*of_model(document.key, "")]) == 1
    assert sum(1 for document in documents if [*of_content(document)]) == 1


@pytest.mark.parametrize(
    "document",
    [
        nfe(),
        nfe(status=None),
        nfe(2, "10.00", [("B", "1", "10.00")], purpose="4", direction="0", returns=[nfe_key(1)]),
        nfe(3, "1.00", [("C", "0.5000", "1.00")], environment="2", more="<vNFTot>1.01</vNFTot>"),
    ],
)
def test_documents_of_the_tests_are_read_as_the_oracle_reads_them(document: str) -> None:
    assert read(read_fiscal(document.encode())) == oracle(document.encode())


def test_event_that_cancels_a_note_is_read_as_the_oracle_reads_it() -> None:
    """With digits alone, as the oracle's schemas of events refuse letters."""
    key = nfe_key(issuer="11222333000181")
    content = registered(event(key=key, issuer="11222333000181"), key=key).encode()
    parsed = PARSER.from_bytes(content, CANCELLED)
    said, answer = parsed.evento.infEvento, parsed.retEvento.infEvento

    told = read_fiscal_or_event(content)

    assert isinstance(told, CancellationEvent)
    assert told.registration is not None
    assert (told.id, told.key.text, str(told.sequence), told.occurred_at, told.is_test) == (
        said.Id,
        said.chNFe,
        said.nSeqEvento,
        said.dhEvento,
        said.tpAmb.value == "2",
    )
    assert (told.protocol, told.reason) == (said.detEvento.nProt, said.detEvento.xJust)
    assert (told.registration.status, told.registration.reason) == (answer.cStat, answer.xMotivo)
