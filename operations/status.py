"""Shows a stack's outputs and dead-letter queues; runs the sweep at once."""

from __future__ import annotations

import json

from operations.output import FOUND, STOPPED, Output
from operations.redrive.ways import Ways
from operations.stacks import Stack


def status(stack: Stack, output: Output) -> int:
    """Show names and addresses, and the number of messages in each dead-letter queue; return the exit code."""
    sqs = stack.client("sqs")
    waiting = {}
    for name in Ways(stack, output.say).by_queue:
        url = sqs.get_queue_url(QueueName=f"{stack.name}-{name}")["QueueUrl"]
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        waiting[name] = int(told["Attributes"]["ApproximateNumberOfMessages"])
    names = output.table(f"Stack {stack.name}", "output", "value")
    for name, value in sorted(stack.outputs.items()):
        names.add_row(name, value)
    queues = output.table("Dead-letter queues", "queue", "messages")
    for name, many in waiting.items():
        queues.add_row(name, str(many))
    output.show(names)
    output.show(queues)
    return output.end(FOUND if any(waiting.values()) else 0, stack=stack.name, outputs=stack.outputs, queues=waiting)


def sweep(stack: Stack, output: Output) -> int:
    """Run the due-work sweep at once; return the exit code."""
    answer = stack.client("lambda").invoke(FunctionName=stack.outputs["DueWorkFunctionName"], Payload=b"{}")
    said = json.loads(answer["Payload"].read() or b"null")
    output.say(json.dumps(said))
    return output.end(STOPPED if "FunctionError" in answer else 0, answer=said)
