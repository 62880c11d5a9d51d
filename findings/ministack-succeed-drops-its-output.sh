#!/usr/bin/env bash
# ministack (AWS emulator in one process), 1.5.33, with boto3 1.43.106, the pair it asks for
#
# A Succeed state of a state machine in JSONata may have Output: its value is the state's output, and so the execution's (Step
# Functions Developer Guide, "Succeed workflow state"). One would expect an execution that ends in one with {"captured": 8300}
# to have that output, as one that ends in a Pass state with the same has.
#
# Seen: the Pass state's Output is taken, the Succeed state's is not: the execution succeeds, and its output is its input.
#
# Why it matters: what waits for the execution reads the value that was asked for in place of the one that was captured.
set -euo pipefail
here=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check \
  'ministack[full]==1.5.33' boto3==1.43.106
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

OUTPUT = {"captured": "{% $states.input.asked - 200 %}"}
ROLE = "arn:aws:iam::123456789012:role/workflow"


def output_of(client, state):
    definition = {"QueryLanguage": "JSONata", "StartAt": "Last", "States": {"Last": state}}
    machine = client.create_state_machine(name=f"by-{state['Type']}", definition=json.dumps(definition), roleArn=ROLE)
    execution = client.start_execution(stateMachineArn=machine["stateMachineArn"], input=json.dumps({"asked": 8500}))
    for _ in range(300):
        told = client.describe_execution(executionArn=execution["executionArn"])
        if told["status"] != "RUNNING":
            return told["status"], json.loads(told["output"])
        time.sleep(0.1)
    raise SystemExit("the execution did not end")


client = boto3.client("stepfunctions", endpoint_url=sys.argv[1])
for _ in range(300):
    try:
        client.list_state_machines()
        break
    except EndpointConnectionError:
        time.sleep(0.1)
by_pass = output_of(client, {"Type": "Pass", "Output": OUTPUT, "End": True})
by_succeed = output_of(client, {"Type": "Succeed", "Output": OUTPUT})
print("ends in a Pass state:   ", *by_pass)
print("ends in a Succeed state:", *by_succeed)
assert by_pass == ("SUCCEEDED", {"captured": 8300}), "the behaviour of the Pass state has changed"
assert by_succeed == ("SUCCEEDED", {"asked": 8500}), "the behaviour has changed"
PYTHON
echo "seen as described: ministack 1.5.33 drops the Output of a Succeed state"
