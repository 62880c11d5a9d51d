#!/usr/bin/env bash
# node-sped-nfe (writer of Brazilian electronic invoices for Node.js), 1.2.52
#
# The total of an invoice, vNF, is the goods less the discount, plus freight, insurance, other costs, IPI and the taxes that
# are added on top (MOC of the NF-e, rule W16-10; the tax authority's refusal 610). The package's documentation of tagTotal
# says that no values need to be given, for the class works out the totals. One would expect 85.00 for goods of 70.00 and
# freight of 15.00.
#
# Seen: 70.00. The total of the freight beside it is right (15.00), as are those of insurance, other costs and IPI, and none
# of them gets into vNF: it is goods less discount, always.
#
# Why it matters: vNF is the sum that the buyer owes. Where the authority checks it the sale stops with the first freight;
# where a document is printed before it is checked (a consumer's receipt in contingency) the buyer has a paper with the
# wrong sum, and what was paid does not match the invoice.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts node-sped-nfe@1.2.52 >"$here/npm.log" 2>&1
cat >"$here/invoice.mjs" <<'JAVASCRIPT'
import assert from "node:assert";
import { Make } from "node-sped-nfe";

const GOODS = {
  cProd: "1",
  cEAN: "SEM GTIN",
  xProd: "PRODUTO",
  NCM: "61091000",
  CFOP: "5102",
  uCom: "UN",
  qCom: "1",
  vUnCom: "70.00",
  vProd: "70.00",
  cEANTrib: "SEM GTIN",
  uTrib: "UN",
  qTrib: "1",
  vUnTrib: "70.00",
};
const PLACE = { xLgr: "Rua Exemplo", nro: "1", xBairro: "Centro", cMun: "4106902", xMun: "CURITIBA", UF: "PR", CEP: "80000000" };

function totals(costs, ipi) {
  const invoice = new Make();
  invoice.tagInfNFe({ Id: null, versao: "4.00" });
  invoice.tagIde({
    cUF: "41",
    cNF: "11075682",
    natOp: "VENDA",
    mod: "55",
    serie: "1",
    nNF: "111",
    dhEmi: "2026-11-03T10:00:00-03:00",
    tpNF: "1",
    idDest: "1",
    cMunFG: "4106902",
    tpImp: "1",
    tpEmis: "1",
    cDV: "0",
    tpAmb: "2",
    finNFe: "1",
    indFinal: "1",
    indPres: "1",
    procEmi: "0",
    verProc: "1",
  });
  invoice.tagEmit({ CNPJ: "12345678000195", xNome: "EMPRESA EXEMPLO LTDA", xFant: "EXEMPLO", IE: "ISENTO", CRT: "1" });
  invoice.tagEnderEmit(PLACE);
  invoice.tagDest({ CPF: "12345678909", xNome: "CLIENTE EXEMPLO", indIEDest: "9" });
  invoice.tagEnderDest(PLACE);
  invoice.tagProd([{ ...GOODS, ...costs, indTot: "1" }]);
  invoice.tagProdICMSSN(0, { orig: "0", CSOSN: "102" });
  if (ipi) invoice.tagProdIPI(0, { cEnq: "999", CST: "50", vBC: "70.00", pIPI: "10.00", vIPI: ipi });
  const { vProd, vFrete, vSeg, vDesc, vOutro, vIPI, vNF } = invoice.tagTotal().ICMSTot;
  return { vProd, vFrete, vSeg, vDesc, vOutro, vIPI, vNF };
}

const none = { vProd: "70.00", vFrete: "0.00", vSeg: "0.00", vDesc: "0.00", vOutro: "0.00", vIPI: "0.00", vNF: "70.00" };
const freight = totals({ vFrete: "15.00" });
const all = totals({ vFrete: "15.00", vSeg: "1.00", vDesc: "5.00", vOutro: "2.00" }, "7.00");
console.log("with freight, due 85.00:", freight);
console.log("with all of them, due 90.00:", all);
assert.deepStrictEqual(freight, { ...none, vFrete: "15.00" }, "the behaviour has changed");
assert.deepStrictEqual(
  all,
  { ...none, vFrete: "15.00", vSeg: "1.00", vDesc: "5.00", vOutro: "2.00", vIPI: "7.00", vNF: "65.00" },
  "the behaviour has changed",
);
JAVASCRIPT
node "$here/invoice.mjs"
echo "seen as described: node-sped-nfe 1.2.52 leaves freight and other costs out of the invoice's total"
