"""Events that cancel an NF-e as an ERP sends them, with the tax authority's answer or without it."""

from testkit.nfe_documents import ISSUER, nfe_key

OCCURRED_AT = "2026-07-01T12:00:00-03:00"
AUTHORISATION = "135260000000001"
REASON = "Pedido lançado em duplicidade"
_NAMESPACE = 'xmlns="http://www.portalfiscal.inf.br/nfe"'


def event(
    number: int = 1,
    *,
    key: str | None = None,
    issuer: str = ISSUER,
    type_: str = "110111",
    sequence: int = 1,
    protocol: str = AUTHORISATION,
    reason: str = REASON,
    environment: str = "1",
    version: str = "1.00",
) -> str:
    """Return the XML of the cancellation of a note, as it is signed: ``evento``."""
    key = key or nfe_key(number)
    return (
        f'<evento {_NAMESPACE} versao="{version}"><infEvento Id="ID{type_}{key}{sequence:02d}"><cOrgao>35</cOrgao>'
        f"<tpAmb>{environment}</tpAmb><CNPJ>{issuer}</CNPJ><chNFe>{key}</chNFe><dhEvento>{OCCURRED_AT}</dhEvento>"
        f"<tpEvento>{type_}</tpEvento><nSeqEvento>{sequence}</nSeqEvento><verEvento>{version}</verEvento>"
        f'<detEvento versao="{version}"><descEvento>Cancelamento</descEvento><nProt>{protocol}</nProt>'
        f"<xJust>{reason}</xJust></detEvento></infEvento></evento>"
    )


def registered(evento: str, number: int = 1, *, key: str | None = None, status: str = "135") -> str:
    """Return an event with the tax authority's answer to it: ``procEventoNFe``."""
    key = key or nfe_key(number)
    return (
        f'<procEventoNFe {_NAMESPACE} versao="1.00">{evento}<retEvento versao="1.00"><infEvento><tpAmb>1</tpAmb>'
        f"<verAplic>SP</verAplic><cOrgao>35</cOrgao><cStat>{status}</cStat><xMotivo>Said by the authority</xMotivo>"
        f"<chNFe>{key}</chNFe><tpEvento>110111</tpEvento><nSeqEvento>1</nSeqEvento>"
        f"<dhRegEvento>{OCCURRED_AT}</dhRegEvento></infEvento></retEvento></procEventoNFe>"
    )


def batch(*eventos: str) -> str:
    """Return events as they are sent to the tax authority: ``envEvento``."""
    return f'<envEvento {_NAMESPACE} versao="1.00"><idLote>1</idLote>{"".join(eventos)}</envEvento>'
