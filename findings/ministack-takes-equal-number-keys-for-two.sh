#!/usr/bin/env bash
# ministack (AWS emulator in one process), 1.5.33, and dynalite (DynamoDB emulator for Node.js), 4.0.0, with boto3 1.43.106
#
# DynamoDB trims leading and trailing zeroes of a number (Developer Guide, "Naming rules and data types", "Number"), and a
# key is compared as a number. Where an item was put under the sort key 1.5, one would expect 1.50 to be the same item: boto3
# sends a Decimal as it is written, so both come up as soon as a price or a rate is a key.
#
# Seen: with dynalite it is. With ministack a Query for 1.50 finds it, GetItem by 1.50 does not, and UpdateItem by 1.50 adds
# one to the counter of a new item: the table then holds two, and each reads as 1.5. GetItem by 15E-1 finds the first.
#
# Why it matters: a counter or a balance under such a key is split in two, and both halves read as the whole one.
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
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Key
from botocore.exceptions import EndpointConnectionError


def seen(address):
    database = boto3.resource("dynamodb", endpoint_url=address)
    for _ in range(300):
        try:
            list(database.tables.all())
            break
        except EndpointConnectionError:
            time.sleep(0.1)
    table = database.create_table(
        TableName="rates",
        KeySchema=[{"AttributeName": "plan", "KeyType": "HASH"}, {"AttributeName": "rate", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "plan", "AttributeType": "S"},
            {"AttributeName": "rate", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    table.wait_until_exists()
    table.put_item(Item={"plan": "A", "rate": Decimal("1.5"), "sold": 10})

    def finds(rate):
        key = {"plan": "A", "rate": Decimal(rate)}
        by_query = table.query(KeyConditionExpression=Key("plan").eq("A") & Key("rate").eq(Decimal(rate)))
        return "Item" in table.get_item(Key=key), by_query["Count"]

    found = {rate: finds(rate) for rate in ("1.5", "1.50", "15E-1")}
    table.update_item(
        Key={"plan": "A", "rate": Decimal("1.50")},
        UpdateExpression="ADD sold :one",
        ExpressionAttributeValues={":one": 1},
    )
    return found, sorted((str(item["rate"]), int(item["sold"])) for item in table.scan()["Items"])


ministack, dynalite = seen(sys.argv[1]), seen(sys.argv[2])
print("ministack:", ministack)
print("dynalite: ", dynalite)
right = ({"1.5": (True, 1), "1.50": (True, 1), "15E-1": (True, 1)}, [("1.5", 11)])
assert dynalite == right, "dynalite has changed"
assert ministack == (
    {"1.5": (True, 1), "1.50": (False, 1), "15E-1": (True, 1)},
    [("1.5", 1), ("1.5", 10)],
), "the behaviour has changed"
PYTHON
echo "seen as described: ministack 1.5.33 takes the keys 1.5 and 1.50 for two"
