// A payment connector of the Payment Provider Protocol, in plain Node.js: node connector.mjs PORT [JOURNAL]
//
// Each effect is a line of the journal, with the answer that a repeated request gets, and is on the disk before the
// answer leaves: a connector that is killed at any moment goes on where it was. Amounts are cents. Reading the
// books and writing the effect to the disk are one turn of the event loop, so requests come one by one.

import { randomUUID } from "node:crypto";
import { existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import { createServer } from "node:http";

const DECISION_SECONDS = Number(process.env.DECISION_SECONDS ?? 1);
const MOST_BYTES = 1_000_000;
const MOST_UNITS = 1e9;
const MANIFEST = {
  paymentMethods: ["Visa", "Mastercard", "Pix", "BankInvoice"].map((name) => ({ name, allowsSplit: "disabled" })),
  customFields: [{ name: "Shop", type: "text" }],
  metadataFields: ["terminal"],
};
const BY_LAST_DIGITS = new Map([
  ["1112", ["denied", "denied"]],
  ["2224", ["undefined", "approved"]],
  ["2225", ["undefined", "denied"]],
]);
const WAYS_TO_PAY = new Map([
  ["Pix", (tid) => ({ paymentAppData: { appName: "pix", payload: JSON.stringify({ code: `PIX-${tid}` }) } })],
  ["BankInvoice", (tid) => ({ identificationNumber: BigInt(`0x${tid}`).toString().padStart(47, "0") })],
]);
const MOVEMENTS = new Map([["settlements", settle], ["cancellations", cancel], ["refunds", refund]]);

const payments = new Map();
const answers = new Map();
let journal;

/** A request that has no effect. */
class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, body: { code, message } });
  }
}

/** Read the books; a torn last line is an effect that nobody was told of, and is cut off. */
function openJournal(path) {
  const written = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const whole = written.lastIndexOf("\n") + 1;
  if (whole < written.length) truncateSync(path, whole);
  for (const line of written.subarray(0, whole).toString().split("\n").filter(Boolean)) keep(JSON.parse(line));
  journal = openSync(path, "a");
}

function keep({ payment, answered }) {
  payments.set(payment.id, payment);
  for (const [key, answer] of Object.entries(answered)) answers.set(key, answer);
}

/** Put a payment as it is now, and an answer, on the disk and into the books; a disk that fails ends the process. */
function write(payment, answered) {
  try {
    const line = Buffer.from(`${JSON.stringify({ payment, answered })}\n`);
    for (let sent = 0; sent < line.length; ) sent += writeSync(journal, line, sent);
    fsyncSync(journal);
  } catch (fault) {
    console.error(`the journal cannot be written: ${fault.message}`);
    process.exit(1);
  }
  keep({ payment, answered });
}

/** Authorise a payment, or tell how it is; an undefined one is decided by the first request after its time. */
function create(body) {
  const id = text(body, "paymentId");
  const payment = payments.get(id);
  if (payment === undefined) {
    const tid = randomUUID().replaceAll("-", "");
    const way = WAYS_TO_PAY.get(body.paymentMethod);
    const digits = String(body.card?.number || body.card?.numberToken).slice(-4);
    const [status, later] = way ? ["undefined", "approved"] : BY_LAST_DIGITS.get(digits) ?? ["approved", "approved"];
    const told = { connectorMetadata: [{ name: "terminal", value: `T-${shop(body)}` }], ...way?.(tid) };
    const due = Date.now() + DECISION_SECONDS * 1000;
    write({ id, tid, told, status, later, due, open: cents(body), settled: {} }, {});
    if (status === "undefined") setTimeout(callBack, DECISION_SECONDS * 1000 + 1, String(body.callbackUrl));
  } else if (payment.status === "undefined" && payment.due <= Date.now()) {
    write({ ...payment, status: payment.later }, {});
  }
  return authorisation(payments.get(id));
}

/** Have the gateway ask again; without this call, it does so later by itself. */
function callBack(url) {
  const headers = { "Content-Type": "application/json" };
  fetch(url, { method: "POST", body: "{}", headers, signal: AbortSignal.timeout(5000) }).catch(() => {});
}

function authorisation({ id, tid, status, told }) {
  const approved = status === "approved";
  const ids = { paymentId: id, status, authorizationId: approved ? `A-${tid}` : null, tid, nsu: tid.slice(0, 12) };
  const words = { acquirer: "Example", code: approved ? "00" : "05", message: status };
  const delays = { delayToAutoSettle: 345_600, delayToAutoSettleAfterAntifraud: 1_800, delayToCancel: 604_800 };
  return { ...ids, ...words, ...delays, ...told };
}

function settle(payment, body) {
  const value = taken(payment, cents(body));
  const settleId = randomUUID();
  payment.settled[settleId] = value;
  return { settleId, value: value / 100 };
}

function cancel(payment, body) {
  if (payment.status === "undefined") Object.assign(payment, { status: "denied", open: 0 });
  else taken(payment, body.value == null ? payment.open : cents(body));
  return { cancellationId: randomUUID() };
}

function taken(payment, value) {
  if (payment.status !== "approved" || value <= 0 || value > payment.open) {
    throw new Refusal(400, "above-open", `the payment is ${payment.status}, ${payment.open} cents of it are open`);
  }
  payment.open -= value;
  return value;
}

function refund(payment, body) {
  const value = cents(body);
  const settleId = text(body, "settleId");
  const left = Object.hasOwn(payment.settled, settleId) ? payment.settled[settleId] : 0;
  if (value > left) throw new Refusal(400, "above-settled", `${left} cents are left of this settlement`);
  payment.settled[settleId] -= value;
  return { refundId: randomUUID(), value: value / 100 };
}

/** Do a request once; done or refused, its answer is kept, and a repetition gets the same. */
function move(paymentId, kind, body) {
  const requestId = text(body, "requestId");
  const key = `${kind}/${paymentId}/${requestId}`;
  if (answers.has(key)) return answers.get(key);
  if (!payments.has(paymentId)) throw new Refusal(404, "no-such-payment", `there is no payment ${paymentId}`);
  const at = shop(body);
  const payment = structuredClone(payments.get(paymentId));
  let answer;
  try {
    answer = [200, { paymentId, requestId, ...MOVEMENTS.get(kind)(payment, body), message: `done for ${at}` }];
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    answer = [fault.status, { paymentId, requestId, ...fault.body }];
  }
  write(payment, { [key]: answer });
  return answer;
}

function text(fields, name) {
  if (typeof fields?.[name] !== "string" || !fields[name]) throw new Refusal(400, "invalid", `${name} is missing`);
  return fields[name];
}

/** Return the merchant's custom field, which every request brings along. */
function shop(body) {
  const settings = Array.isArray(body.merchantSettings) ? body.merchantSettings : [];
  return text({ Shop: settings.find((field) => field?.name === "Shop")?.value }, "Shop");
}

function cents({ value }) {
  const whole = Math.round(value * 100);
  if (typeof value !== "number" || !(value > 0 && value < MOST_UNITS) || Math.abs(value * 100 - whole) > 1e-4) {
    throw new Refusal(400, "invalid", "value is not an amount above zero in whole cents");
  }
  return whole;
}

function answered(method, path, sent) {
  const [, first, paymentId, kind, ...more] = path.split("?")[0].split("/").map(decodeURIComponent);
  if (method === "GET" && first === "manifest") return [200, MANIFEST];
  const isMovement = MOVEMENTS.has(kind) && more.length === 0;
  if (method === "POST" && first === "payments" && isMovement) return move(paymentId, kind, JSON.parse(sent));
  if (method === "POST" && first === "payments" && !paymentId) return [200, create(JSON.parse(sent))];
  throw new Refusal(404, "no-such-path", `there is no ${method} ${path}`);
}

const server = createServer(async (request, response) => {
  let status, answer;
  try {
    const parts = [];
    let size = 0;
    for await (const part of request) if ((size += part.length) <= MOST_BYTES) parts.push(part);
    if (size > MOST_BYTES) throw new Refusal(413, "invalid", `the body has more than ${MOST_BYTES} bytes`);
    [status, answer] = answered(request.method, request.url, Buffer.concat(parts).toString());
  } catch (fault) {
    const body = { code: "invalid", message: `the request cannot be read: ${fault.message}` };
    [status, answer] = fault instanceof Refusal ? [fault.status, fault.body] : [400, body];
  }
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
});

const [port, path = `connector-${port}.journal`] = process.argv.slice(2);
server.listen(Number(port), "127.0.0.1", () => openJournal(path));
