#!/usr/bin/env bash
# ministack (AWS emulator in one process), 1.5.33, with boto3 1.43.106, the pair it asks for; moto 5.2.5 beside it
#
# Of a number with a fraction States.MathAdd takes the nearest whole number (Step Functions Developer Guide, "Intrinsics for
# math operations"), and States.Format writes JSON values as JSON has them: null, true. One would expect 10.6 and 20.7 to add
# up to 32, and moto does so.
#
# Seen: the fractions are cut off, the sum is 30, and "{} {}" of null and true is "None True": the values go through Python's
# int() and str().
#
# Why it matters: a workflow that adds a fee with a fraction books another total in its tests than on AWS, and one that builds
# a request id out of a field that may be null builds another id: the test of "sent twice, booked once" proves nothing.
set -euo pipefail
here=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check \
  'ministack[full]==1.5.33' boto3==1.43.106 'moto[stepfunctions]==5.2.5'
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
import json
import sys
import time

import boto3
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

PARAMETERS = {"sum.$": "States.MathAdd($.price, $.fee)", "text.$": "States.Format('{} {}', $.none, $.yes)"}
MACHINE = {"StartAt": "Add", "States": {"Add": {"Type": "Pass", "Parameters": PARAMETERS, "End": True}}}
INPUT = {"price": 10.6, "fee": 20.7, "none": None, "yes": True}


def run(client):
    machine = client.create_state_machine(
        name="add", definition=json.dumps(MACHINE), roleArn="arn:aws:iam::123456789012:role/none"
    )
    execution = client.start_execution(stateMachineArn=machine["stateMachineArn"], input=json.dumps(INPUT))
    for _ in range(300):
        state = client.describe_execution(executionArn=execution["executionArn"])
        if state["status"] != "RUNNING":
            return json.loads(state["output"])
        time.sleep(0.1)


client = boto3.client("stepfunctions", endpoint_url=sys.argv[1])
for _ in range(300):
    try:
        client.list_state_machines()
        break
    except EndpointConnectionError:
        time.sleep(0.2)
ministack = run(client)
with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
    moto = run(boto3.client("stepfunctions"))
print("ministack", ministack, "| moto", moto)
assert ministack == {"sum": 30, "text": "None True"}, "the behaviour has changed"
assert moto == {"sum": 32, "text": "null true"}, "the behaviour has changed"
PYTHON
echo "seen as described: ministack 1.5.33 cuts what MathAdd rounds, and writes None for null"
