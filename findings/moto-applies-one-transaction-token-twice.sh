#!/usr/bin/env bash
# moto (in-process emulation of AWS), 5.2.5, with boto3 1.44.8
#
# A DynamoDB transaction that is sent again with the same ClientRequestToken within ten minutes succeeds without being done
# again, and one with the same token and other content is refused (IdempotentParameterMismatchException). One would expect
# the emulation to do the same: the token exists so that a write whose answer was lost can be sent again.
#
# Seen: the second request is done again. A counter to which 7000 was added once shows 14000, and other content under the
# same token is taken.
#
# Why it matters: a test of "the answer was lost, so the client sent the booking again" shows a double booking that real
# tables never have, and a program that forgets the token passes every test.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[dynamodb]==5.2.5' boto3==1.44.8
AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 "$here/venv/bin/python" - <<'PYTHON'
import boto3
from moto import mock_aws

with mock_aws():
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName="books",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def add(value):
        update = {
            "TableName": "books",
            "Key": {"id": {"S": "payment"}},
            "UpdateExpression": "ADD captured :value",
            "ExpressionAttributeValues": {":value": {"N": value}},
        }
        dynamodb.transact_write_items(TransactItems=[{"Update": update}], ClientRequestToken="one-and-the-same")
        return dynamodb.get_item(TableName="books", Key={"id": {"S": "payment"}})["Item"]["captured"]["N"]

    seen = [add("7000"), add("7000"), add("1")]
    print("captured after the request, its repeat, and other content under the same token:", seen)
    assert seen == ["7000", "14000", "14001"], "the behaviour has changed"
PYTHON
echo "seen as described: moto 5.2.5 gives ClientRequestToken no effect"
