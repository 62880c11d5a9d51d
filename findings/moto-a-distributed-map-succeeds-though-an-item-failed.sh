#!/usr/bin/env bash
# moto (in-process emulation of AWS), 5.2.5, with boto3 1.44.8, state machines interpreted
#
# A Map of Step Functions runs a workflow for each item: inline within the execution, distributed as an execution of its own.
# With no tolerance stated, one failed item fails the Map in either mode (Amazon States Language; a distributed one with
# States.ExceedToleratedFailureThreshold). One would expect the emulation to end both as failed.
#
# Seen: of two items one fails. The inline Map fails its execution with the item's error. The same Map with Mode
# DISTRIBUTED succeeds, nothing is caught, and its output has null in the place of the item that failed.
#
# Why it matters: a test of "a chunk of the settlement file could not be booked" is green with a workflow that has no Catch, and
# what adds up the results lacks the chunk that failed, without a word.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[stepfunctions]==5.2.5' boto3==1.44.8
AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 "$here/venv/bin/python" - 2>/dev/null <<'PYTHON'
import json
import time

import boto3
from moto import mock_aws


def run(mode):
    chunk = {
        "ProcessorConfig": {"Mode": mode} | ({"ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {}),
        "StartAt": "Book",
        "States": {
            "Book": {
                "Type": "Choice",
                "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "Broken"}],
                "Default": "Booked",
            },
            "Broken": {"Type": "Fail", "Error": "NotBooked"},
            "Booked": {"Type": "Pass", "End": True},
        },
    }
    machine = {
        "StartAt": "Chunks",
        "States": {"Chunks": {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": chunk, "End": True}},
    }
    workflows = boto3.client("stepfunctions")
    made = workflows.create_state_machine(
        name=mode, definition=json.dumps(machine), roleArn="arn:aws:iam::123456789012:role/workflow"
    )
    started = workflows.start_execution(stateMachineArn=made["stateMachineArn"], input="[1, 2]")["executionArn"]
    until = time.monotonic() + 60
    while (ended := workflows.describe_execution(executionArn=started))["status"] == "RUNNING":
        assert time.monotonic() < until, "the execution does not end"
        time.sleep(0.05)
    return ended["status"], ended.get("error"), json.loads(ended["output"]) if "output" in ended else None


with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
    inline, distributed = run("INLINE"), run("DISTRIBUTED")
print("inline:", *inline)
print("distributed:", *distributed)
assert inline == ("FAILED", "NotBooked", None), "an inline Map ends otherwise than before"
assert distributed == ("SUCCEEDED", None, [1, None]), "the behaviour has changed"
PYTHON
echo "seen as described: in moto 5.2.5 a distributed Map succeeds though an item failed"
