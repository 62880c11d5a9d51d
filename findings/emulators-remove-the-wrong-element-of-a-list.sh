#!/usr/bin/env bash
# ministack (AWS emulator in one process), 1.5.33, and dynalite (DynamoDB emulator for Node.js), 4.0.0
#
# An update expression of DynamoDB may remove several elements of a list. Its Developer Guide has this example ("Removing
# elements from a list"): of [Chisel, Hammer, Nails, Screwdriver, Hacksaw], REMOVE RelatedItems[1], RelatedItems[2] deletes
# Hammer and Nails, and [Chisel, Screwdriver, Hacksaw] is left. Every index is one of the list as it was stored. One would
# expect the same of an emulator; moto had the mistake until its issue 5748.
#
# Seen: both emulators leave [Chisel, Nails, Hacksaw]. They take away one element, let the others move up, and count the
# next index in what is left; in the order [2], [1] the same expression gives the documented answer.
#
# Why it matters: where an item keeps its captures or refunds in a list, two that are done are taken off together. The
# emulator keeps one of them and loses one that is open; code that reckons with this passes its tests and is wrong on AWS.
set -euo pipefail
here=$(mktemp -d)
servers=
trap '[ -z "$servers" ] || kill $servers 2>/dev/null || true; rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check 'ministack[full]==1.5.33' boto3==1.43.106
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts dynalite@4.0.0 >"$here/npm.log" 2>&1
free() { "$here/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
ministack=$(free) dynalite=$(free)
(
  cd "$here"
  exec env -u AWS_PROFILE HOME="$here" TMPDIR="$here" GATEWAY_PORT="$ministack" BIND_HOST=127.0.0.1 \
    MINISTACK_HOST=127.0.0.1 SFTP_ENABLED=0 IOT_MTLS_ENABLED=0 LOG_LEVEL=WARNING \
    "$here/venv/bin/python" -m ministack.app >"$here/ministack.log" 2>&1
) &
servers=$!
(cd "$here" && exec node node_modules/dynalite/cli.js --port "$dynalite" --createTableMs 0 >"$here/dynalite.log" 2>&1) &
servers="$servers $!"
AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 \
  "$here/venv/bin/python" - "http://127.0.0.1:$ministack" "http://127.0.0.1:$dynalite" <<'PYTHON'
import sys
import time

import boto3
from botocore.exceptions import EndpointConnectionError

STORED = ["Chisel", "Hammer", "Nails", "Screwdriver", "Hacksaw"]


def left(endpoint, expression):
    dynamodb = boto3.client("dynamodb", endpoint_url=endpoint)
    stored = {"id": {"S": "789"}, "RelatedItems": {"L": [{"S": name} for name in STORED]}}
    dynamodb.put_item(TableName="ProductCatalog", Item=stored)
    answer = dynamodb.update_item(
        TableName="ProductCatalog", Key={"id": {"S": "789"}}, UpdateExpression=expression, ReturnValues="ALL_NEW"
    )
    return [name["S"] for name in answer["Attributes"]["RelatedItems"]["L"]]


for endpoint in sys.argv[1:]:
    dynamodb = boto3.client("dynamodb", endpoint_url=endpoint)
    for _ in range(300):
        try:
            dynamodb.list_tables()
            break
        except EndpointConnectionError:
            time.sleep(0.2)
    dynamodb.create_table(
        TableName="ProductCatalog",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName="ProductCatalog", WaiterConfig={"Delay": 1})
    rising = left(endpoint, "REMOVE RelatedItems[1], RelatedItems[2]")
    falling = left(endpoint, "REMOVE RelatedItems[2], RelatedItems[1]")
    print("[1], [2] leaves", rising, "| [2], [1] leaves", falling)
    assert rising == ["Chisel", "Nails", "Hacksaw"], "the behaviour has changed"
    assert falling == ["Chisel", "Screwdriver", "Hacksaw"], "the behaviour has changed"
PYTHON
echo "seen as described: ministack 1.5.33 and dynalite 4.0.0 count each index in what the one before has left"
