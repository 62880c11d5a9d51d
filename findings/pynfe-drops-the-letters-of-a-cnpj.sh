#!/usr/bin/env bash
# PyNFe (writer of Brazilian electronic invoices for Python), 0.6.5; the schemas of the invoice are those of nfelib 3.2.0
#
# Since July 2026 the number of a company in Brazil, the CNPJ, may have letters in its first twelve places (Normative
# Instruction RFB 2.229/2024; for invoices Joint Technical Note 2025.001). The invoice's official schema allows them, in the
# number itself (type TCnpj) and in the access key of 44 places (type TChNFe). One would expect the number of the issuer in
# the invoice and in its key as it was given, or a refusal.
#
# Seen: the letters are dropped without a word, and the gap in the access key is filled with zeros. The company
# 12.ABC.345/01DE-35 becomes CNPJ 123450135, and its key has the issuer 00000123450135, with a check digit that is right. Of
# a number with three letters eleven digits are left, and the issuer is written as a person, with a CPF.
#
# Why it matters: an invoice is a legal document that says who sold. This one names somebody else, in the last case in a form
# that the schema takes, and a payment that is matched to it by its access key is matched to another company's sale.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check PyNFe==0.6.5 nfelib==3.2.0 signxml==5.2.0 requests==2.34.2
"$here/venv/bin/python" - <<'PYTHON'
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import nfelib
from lxml import etree
from pynfe.entidades.cliente import Cliente
from pynfe.entidades.emitente import Emitente
from pynfe.entidades.fonte_dados import _fonte_dados
from pynfe.entidades.notafiscal import NotaFiscal
from pynfe.processamento.serializacao import SerializacaoXML

PLACE = {
    "endereco_logradouro": "Rua Exemplo",
    "endereco_numero": "1",
    "endereco_bairro": "Centro",
    "endereco_municipio": "CURITIBA",
    "endereco_uf": "PR",
    "endereco_cep": "80000000",
    "endereco_pais": "1058",
}
SOLD = datetime(2026, 11, 3, 10, tzinfo=timezone(timedelta(hours=-3)))


def invoice(cnpj):
    """What the invoice of this issuer says: the name and text of the issuer's number, and the access key."""
    _fonte_dados.limpar_dados()
    note = NotaFiscal(
        emitente=Emitente(
            razao_social="EMPRESA EXEMPLO LTDA",
            cnpj=cnpj,
            codigo_de_regime_tributario="1",
            inscricao_estadual="ISENTO",
            **PLACE,
        ),
        cliente=Cliente(
            razao_social="CLIENTE EXEMPLO", tipo_documento="CPF", numero_documento="12345678909", indicador_ie=9, **PLACE
        ),
        uf="PR",
        natureza_operacao="VENDA",
        modelo=55,
        serie="1",
        numero_nf="111",
        data_emissao=SOLD,
        data_saida_entrada=SOLD,
        tipo_documento=1,
        municipio="4106902",
        tipo_impressao_danfe=1,
        forma_emissao="1",
        cliente_final=1,
        indicador_destino=1,
        indicador_presencial=1,
        finalidade_emissao="1",
        processo_emissao="0",
        transporte_modalidade_frete=9,
        totais_tributos_aproximado=Decimal(0),
    )
    note.adicionar_produto_servico(
        codigo="1",
        descricao="PRODUTO",
        ncm="61091000",
        cfop="5102",
        ean="SEM GTIN",
        ean_tributavel="SEM GTIN",
        unidade_comercial="UN",
        quantidade_comercial=Decimal(1),
        valor_unitario_comercial=Decimal("70.00"),
        valor_total_bruto=Decimal("70.00"),
        unidade_tributavel="UN",
        quantidade_tributavel=Decimal(1),
        valor_unitario_tributavel=Decimal("70.00"),
        ind_total=1,
        icms_modalidade="102",
        icms_origem=0,
        icms_csosn="102",
        pis_modalidade="07",
        cofins_modalidade="07",
        valor_tributos_aprox="0",
    )
    note.adicionar_pagamento(t_pag="01", v_pag=Decimal("70.00"), ind_pag=0)
    xml = SerializacaoXML(_fonte_dados, homologacao=True).exportar(retorna_string=False)
    number = xml.find(".//{*}emit")[0]
    return etree.QName(number).localname, number.text, xml.find(".//{*}infNFe").get("Id").removeprefix("NFe")


def check_digit(digits):
    rest = sum(int(digit) * (2 + at % 8) for at, digit in enumerate(reversed(digits))) % 11
    return str(0 if rest < 2 else 11 - rest)


schema = etree.parse(Path(nfelib.__path__[0], "nfe/schemas/v4_0/tiposBasico_v4.00.xsd"))
cnpj_of_the_schema = schema.find(".//{*}simpleType[@name='TCnpj']//{*}pattern").get("value")
seen = {}
for cnpj in ("12345678000195", "12ABC34501DE35", "12345ABC000195"):
    assert re.fullmatch(cnpj_of_the_schema, cnpj), "the schema has changed"
    name, text, key = invoice(cnpj)
    print(f"{cnpj}: issuer {name} {text}, access key {key}")
    assert key[-1] == check_digit(key[:-1]), "the behaviour has changed"
    seen[cnpj] = name, text, key[6:20]
assert seen == {
    "12345678000195": ("CNPJ", "12345678000195", "12345678000195"),
    "12ABC34501DE35": ("CNPJ", "123450135", "00000123450135"),
    "12345ABC000195": ("CPF", "12345000195", "00012345000195"),
}, "the behaviour has changed"
PYTHON
echo "seen as described: PyNFe 0.6.5 writes the digits of a CNPJ and leaves out its letters"
