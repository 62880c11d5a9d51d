#!/usr/bin/env bash
# ministack (AWS emulator in one process), 1.5.33, with boto3 1.43.106, the pair it asks for
#
# Numbers of DynamoDB have 38 significant digits, in storage and in ADD. One would expect a sum of whole numbers below that
# to be exact, or refused.
#
# Seen: a number of 30 digits is stored and read back whole; adding 1 to it changes nothing, and adding a number of 30
# digits to nothing stores it with its last digits as zeros. Sums are rounded to 28 digits without a word, which is the
# precision that Python's decimal arithmetic has unless it is told otherwise.
#
# Why it matters: counters and totals of small units (points, crypto-currencies with 18 decimals) come out of the emulator
# wrong while everything else about them is right.
set -euo pipefail
here=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check 'ministack[full]==1.5.33' boto3==1.43.106
port=$("$here/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
(
  cd "$here"
  exec env -u AWS_PROFILE HOME="$here" TMPDIR="$here" GATEWAY_PORT="$port" BIND_HOST=127.0.0.1 \
    MINISTACK_HOST=127.0.0.1 SFTP_ENABLED=0 IOT_MTLS_ENABLED=0 LOG_LEVEL=WARNING \
    "$here/venv/bin/python" -m ministack.app >"$here/log" 2>&1
) &
server=$!
AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 \
  "$here/venv/bin/python" - "http://127.0.0.1:$port" <<'PYTHON'
import sys
import time

import boto3
from botocore.exceptions import EndpointConnectionError

dynamodb = boto3.client("dynamodb", endpoint_url=sys.argv[1])
for _ in range(300):
    try:
        dynamodb.list_tables()
        break
    except EndpointConnectionError:
        time.sleep(0.2)
dynamodb.create_table(
    TableName="books",
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    BillingMode="PAY_PER_REQUEST",
)
NUMBER = "123456789012345678901234567891"


def add(id_, value):
    answer = dynamodb.update_item(
        TableName="books",
        Key={"id": {"S": id_}},
        UpdateExpression="ADD points :value",
        ExpressionAttributeValues={":value": {"N": value}},
        ReturnValues="ALL_NEW",
    )
    return answer["Attributes"]["points"]["N"]


dynamodb.put_item(TableName="books", Item={"id": {"S": "kept"}, "points": {"N": NUMBER}})
kept = dynamodb.get_item(TableName="books", Key={"id": {"S": "kept"}})["Item"]["points"]["N"]
one_more, fresh = add("kept", "1"), add("fresh", NUMBER)
print("stored", kept, "| plus 1", one_more, "| added to nothing", fresh)
assert kept == NUMBER, "the behaviour has changed"
assert one_more == fresh == "123456789012345678901234567900", "the behaviour has changed"
PYTHON
echo "seen as described: ministack 1.5.33 rounds the sums of ADD to 28 digits"
