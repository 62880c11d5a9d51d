"""NF-e documents as an ERP sends them, with right access keys; the issuer is the example of the alphanumeric CNPJ."""

from collections.abc import Sequence

from settlement.domain.fiscal.access_key import check_digit

ISSUER = "12ABC34501DE35"
ISSUED_AT = "2026-07-01T10:00:00-03:00"

Goods = tuple[str, str, str]
"""The code of an item, its quantity, and its value in reais."""


def nfe_key(number: int = 1, *, issuer: str = ISSUER, model: str = "55", series: int = 1) -> str:
    """Return an access key of July 2026."""
    key = f"352607{issuer}{model}{series:03d}{number:09d}1{number % 10**8:08d}"
    return key + check_digit(key)


def nfe(
    number: int = 1,
    total: str = "70.00",
    goods: Sequence[Goods] = (("A", "1", "50.00"), ("B", "1", "15.00")),
    *,
    key: str | None = None,
    model: str = "55",
    purpose: str = "1",
    direction: str = "1",
    environment: str = "1",
    status: str | None = "100",
    version: str = "4.00",
    returns: Sequence[str] = (),
    more: str = "",
) -> str:
    """Return the XML of a document; without a ``status`` it has no protocol. ``more`` goes into its totals."""
    key = key or nfe_key(number, model=model)
    items = "".join(
        f'<det nItem="{at}"><prod><cProd>{code}</cProd><cEAN>SEM GTIN</cEAN><xProd>Item {code}</xProd><CFOP>5102</CFOP>'
        f"<uCom>UN</uCom><qCom>{quantity}</qCom><vUnCom>1.00</vUnCom><vProd>{value}</vProd><indTot>1</indTot></prod></det>"
        for at, (code, quantity, value) in enumerate(goods, start=1)
    )
    references = "".join(f"<NFref><refNFe>{returned}</refNFe></NFref>" for returned in returns)
    document = (
        f'<NFe xmlns="http://www.portalfiscal.inf.br/nfe"><infNFe versao="{version}" Id="NFe{key}"><ide><cUF>35</cUF>'
        f"<mod>{model}</mod><serie>1</serie><nNF>{number}</nNF><dhEmi>{ISSUED_AT}</dhEmi><tpNF>{direction}</tpNF>"
        f"<tpAmb>{environment}</tpAmb><finNFe>{purpose}</finNFe>{references}</ide>"
        f"<emit><CNPJ>{ISSUER}</CNPJ><xNome>Store</xNome></emit>{items}"
        f"<total><ICMSTot><vProd>{total}</vProd><vNF>{total}</vNF></ICMSTot>{more}</total></infNFe></NFe>"
    )
    if status is None:
        return document
    protocol = f"<chNFe>{key}</chNFe><cStat>{status}</cStat><xMotivo>Said by the authority</xMotivo>"
    return (
        f'<nfeProc xmlns="http://www.portalfiscal.inf.br/nfe" versao="{version}">{document}'
        f'<protNFe versao="{version}"><infProt>{protocol}</infProt></protNFe></nfeProc>'
    )
