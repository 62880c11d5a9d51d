#!/usr/bin/env bash
# nodenab (writer of Brazilian bank files, CNAB 240 and 400, for Node.js), 1.2.1; the layout is its own, of Bradesco, CNAB 400
#
# The value of a bank slip is 13 digits of the slip's record, 127 to 139, the last two of them centavos: picture 9(11)V9(2). The
# writer takes numbers, and rounds what has more than two decimals. Three items of 23.35 are 70.05000000000001 in JavaScript. One
# would expect 0000000007005 for them, and 0000000007006 for 70.056.
#
# Seen: 0000000007050 and 0000000007060. The decimals are rounded as a whole number, which has lost its leading zero, and the zero
# that then lacks is put behind. Where the rounding carries, for 70.996, three digits are left, so all of the record behind the
# value is moved by one place. 70.05 given as such is right.
#
# Why it matters: the bank registers the slip over 70.50, and the buyer pays 0.45 too much or not at all. It hits sums that end
# with 01 to 09 centavos, and of these only the computed ones, so a test with a literal finds nothing.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts nodenab@1.2.1 >"$here/npm.log" 2>&1
cat >"$here/write.cjs" <<'JAVASCRIPT'
const assert = require("node:assert");
const { Layout, Remessa, RemessaFile } = require("nodenab");
const bradesco = require("nodenab/layouts/237/400/cobranca.json");

function record(value) {
  const file = new Remessa(new Layout(237, "400", bradesco, { loadFromFile: false }));
  const lot = file.novoLote(1);
  const slip = lot.novoDetalhe(["segmento_2", "segmento_3", "segmento_7"]);
  Object.assign(slip.segmento_1, {
    agencia: 1234,
    verificador_agencia: "0",
    percentual_multa: 0,
    nosso_numero: 1,
    identificacao_ocorrencia: 1,
    numero_documento: "PED1",
    vencimento: "2026-12-10",
    valor: value,
    data_emissao: "2026-11-10",
    tipo_inscricao: 2,
    numero_inscricao: "11222333000181",
    nome: "CLIENTE EXEMPLO",
    endereco: "RUA EXEMPLO 1",
    cep: 80000,
    sufixo_cep: "000",
    sequencial_registro: 2,
  });
  lot.inserirDetalhe(slip);
  file.inserirLote(lot);
  return new RemessaFile(file).generate().split("\r\n").find((line) => line.includes("CLIENTE EXEMPLO"));
}

const seen = [70.05, 23.35 + 23.35 + 23.35, 70.056, 70.996].map((value) => {
  const line = record(value);
  console.log(value, "is written as", line.slice(126, 139), "- the buyer's name is at", line.indexOf("CLIENTE EXEMPLO") + 1);
  return [line.slice(126, 139), line.indexOf("CLIENTE EXEMPLO") + 1];
});
assert.deepStrictEqual(
  seen.slice(0, 3).map(([value]) => value),
  ["0000000007005", "0000000007050", "0000000007060"],
  "the behaviour has changed",
);
assert.deepStrictEqual(seen.map(([, place]) => place - seen[0][1]), [0, 0, 0, 1], "the behaviour has changed");
JAVASCRIPT
(cd "$here" && node write.cjs)
echo "seen as described: nodenab 1.2.1 writes a sum of 70.05 as 70.50"
