#!/usr/bin/env bash
# cfdi-pandas (Mexican electronic invoices, CFDI 4.0, as tables of pandas, for Python), 0.1.0
#
# The package reads a folder of invoices into tables of invoices, lines and taxes. calculate_taxes(table, period) adds up VAT
# (IVA), IEPS and withholdings of a month such as "2026-11", or of a range of days; its README takes the package's own tables of
# taxes and of lines for it. One would expect the VAT of the invoices that were issued in November.
#
# Seen: it is the VAT of all invoices of the folder, 48.00 for the 32.00 of November, for October, for a month without invoices
# and for a range alike. The day of issue is in the table of invoices only, and where a table has no such column the period is
# left out without a word. Where a caller adds the column, the month is right, and the last day of a range has no sales after
# midnight.
#
# Why it matters: VAT is declared by the month. Each month's figure holds what was declared before, and the first month, with
# which one tries, is right.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check cfdi-pandas==0.1.0 pandas==2.3.3 lxml==6.1.1
mkdir "$here/invoices"
"$here/venv/bin/python" - "$here/invoices" <<'PYTHON'
import sys
from pathlib import Path

from cfdi_pandas import calculate_taxes, read_cfdi_folder

folder = Path(sys.argv[1])
NAMES = 'xmlns:cfdi="http://www.sat.gob.mx/cfd/4" xmlns:tfd="http://www.sat.gob.mx/TimbreFiscalDigital"'


def issue(folio, moment, net):
    """Write an invoice of one line with 16 per cent of VAT."""
    tax = f'Base="{net}.00" Impuesto="002" TipoFactor="Tasa" TasaOCuota="0.160000" Importe="{net * 16 // 100}.00"'
    (folder / f"{folio}.xml").write_text(
        f"""<cfdi:Comprobante {NAMES} Version="4.0" Folio="{folio}" Fecha="{moment}" SubTotal="{net}.00" Moneda="MXN"
Total="{net * 116 // 100}.00" TipoDeComprobante="I" Exportacion="01" MetodoPago="PUE" FormaPago="04" LugarExpedicion="01000">
<cfdi:Emisor Rfc="AAA010101AAA" Nombre="VENDEDOR" RegimenFiscal="601"/>
<cfdi:Receptor Rfc="XAXX010101000" Nombre="PUBLICO EN GENERAL" DomicilioFiscalReceptor="01000" RegimenFiscalReceptor="616"
UsoCFDI="S01"/>
<cfdi:Conceptos><cfdi:Concepto ClaveProdServ="01010101" Cantidad="1" ClaveUnidad="H87" Descripcion="ARTICULO"
ValorUnitario="{net}.00" Importe="{net}.00" ObjetoImp="02">
<cfdi:Impuestos><cfdi:Traslados><cfdi:Traslado {tax}/></cfdi:Traslados></cfdi:Impuestos></cfdi:Concepto></cfdi:Conceptos>
<cfdi:Impuestos TotalImpuestosTrasladados="{net * 16 // 100}.00"><cfdi:Traslados><cfdi:Traslado {tax}/></cfdi:Traslados>
</cfdi:Impuestos><cfdi:Complemento><tfd:TimbreFiscalDigital Version="1.1" FechaTimbrado="{moment}"
UUID="00000000-0000-4000-8000-{folio:012d}"/></cfdi:Complemento></cfdi:Comprobante>""",
        encoding="utf-8",
    )


issue(1, "2026-10-15T12:00:00", 100)
issue(2, "2026-11-30T18:30:00", 200)
read = read_cfdi_folder(folder)
periods = ["2026-10", "2026-11", "2031-01", ("2026-11-01", "2026-11-30")]


def tax(table):
    told = [float(calculate_taxes(table, period)["vat_total"].iloc[0]) for period in periods]
    print("VAT of", periods, "->", told)
    return told


own = [tax(read[name]) for name in ("impuestos", "conceptos")]
dated = tax(read["impuestos"].merge(read["comprobantes"][["uuid", "issue_date"]], on="uuid"))
assert own == [[48.0] * 4] * 2, "the behaviour has changed"
assert dated == [16.0, 32.0, 0.0, 0.0], "the behaviour has changed"
PYTHON
echo "seen as described: cfdi-pandas 0.1.0 tells the VAT of all months for that of one"
