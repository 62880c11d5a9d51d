"""Empties the dead-letter queues; a message is deleted only after it has arrived at its destination."""

from __future__ import annotations

from operations.output import FOUND, CommandError, Output
from operations.redrive.queues import drain
from operations.redrive.ways import Ways
from operations.stacks import Stack


def redrive(stack: Stack, queues: list[str], output: Output) -> int:
    """Empty the queues of these names (without the stack's prefix), or all; return the exit code.

    Raises ``CommandError`` for an unknown queue.
    """
    ways = Ways(stack, lambda text: output.say(f"  {text}")).by_queue
    if unknown := set(queues) - set(ways):
        raise CommandError(f"No such queue: {', '.join(sorted(unknown))}. There are: {', '.join(ways)}.")
    sqs = stack.client("sqs")
    found = {}
    for name in queues or ways:
        url = sqs.get_queue_url(QueueName=f"{stack.name}-{name}")["QueueUrl"]
        tally = drain(sqs, url, ways[name], lambda text: output.say(f"  {text}"))
        output.say(f"{name}: {tally.back} sent back, {tally.stay} stay")
        found[name] = {"sentBack": tally.back, "stay": tally.stay}
    return output.end(FOUND if any(queue["stay"] for queue in found.values()) else 0, queues=found)
