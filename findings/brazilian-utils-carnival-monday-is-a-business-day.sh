#!/usr/bin/env bash
# @brazilian-utils/brazilian-utils (Brazilian dates, documents and slips for Node.js), 2.4.0; date-holidays 3.37.0 beside it
#
# The Monday and the Tuesday of Carnival are no business days of Brazil's banks (Resolution CMN 4.880/2020). The package
# takes days that are off without being holidays by law ("pontos facultativos") for no business days unless it is told
# otherwise, and names its source, the federal Portaria MGI 11.460/2025, which has 16 and 17 February 2026 for Carnival. One
# would expect one business day after Friday, 13 February 2026 to be Wednesday, the 18th.
#
# Seen: it is Monday, the 16th. The Tuesday is left out, the Monday is a day like any other. date-holidays has both of them
# as days on which banks are closed.
#
# Why it matters: a settlement due "in N business days" across Carnival is expected before any bank can make it, and is told
# as late, once a year and right in every other week.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts \
  @brazilian-utils/brazilian-utils@2.4.0 date-holidays@3.37.0 >"$here/npm.log" 2>&1
cat >"$here/days.cjs" <<'JAVASCRIPT'
const assert = require("node:assert");
const { addBusinessDays, isBusinessDay } = require("@brazilian-utils/brazilian-utils");
const Holidays = require("date-holidays");

const CARNIVAL = ["2026-02-16", "2026-02-17", "2027-02-08", "2027-02-09"];
const open = CARNIVAL.map((day) => isBusinessDay(new Date(`${day}T12:00:00`)));
const banks = new Holidays("BR");
const shut = CARNIVAL.map((day) =>
  banks.getHolidays(Number(day.slice(0, 4))).some(({ date, type }) => date.startsWith(day) && type === "bank"),
);
const next = addBusinessDays(new Date(2026, 1, 13), 1);
console.log(CARNIVAL.join(", "), "| business day", open, "| banks closed, by date-holidays", shut);
console.log("one business day after 13 February 2026:", next.getDate(), "February");
assert.deepStrictEqual(open, [true, false, true, false], "the behaviour has changed");
assert.deepStrictEqual(shut, [true, true, true, true], "the behaviour has changed");
assert.strictEqual(next.getDate(), 16, "the behaviour has changed");
JAVASCRIPT
node "$here/days.cjs"
echo "seen as described: @brazilian-utils/brazilian-utils 2.4.0 knows the Tuesday of Carnival alone"
