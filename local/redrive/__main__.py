"""Sends what lies in the dead-letter queues back where it came from.

python -m local.redrive [QUEUE …] [--stack STACK [--region REGION]]

QUEUE is a queue's name behind that of the stack, such as parked-events; none for all. Without --stack it is the local
stack. A message leaves its queue only when it has arrived; the exit code is 2 while any stays.
"""

from __future__ import annotations

import argparse
import sys

from local.commands import run
from local.progress import StackError, say
from local.redrive.queues import drain
from local.redrive.ways import Ways
from local.stacks import the_stack

STAYS = 2


def main() -> int:
    """Print what went back and what stays, queue by queue."""
    parser = argparse.ArgumentParser(prog="local.redrive", description=__doc__)
    parser.add_argument("queues", nargs="*", metavar="QUEUE")
    parser.add_argument("--stack", help="a deployed stack; the credentials are those of the environment")
    parser.add_argument("--region")
    arguments = parser.parse_args()
    return run(lambda: redrive(arguments.queues, arguments.stack, arguments.region))


def redrive(queues: list[str], stack_name: str | None, region: str | None) -> int:
    """Empty the queues; raises StackError for a stack or a queue that is not there."""
    stack = the_stack(stack_name, region)
    ways = Ways(stack, lambda text: say(f"  {text}")).by_queue
    if unknown := set(queues) - set(ways):
        raise StackError(f"No such queue: {', '.join(sorted(unknown))}. There are: {', '.join(ways)}.")
    sqs = stack.client("sqs")
    stay = 0
    for name in queues or ways:
        url = sqs.get_queue_url(QueueName=f"{stack.name}-{name}")["QueueUrl"]
        tally = drain(sqs, url, ways[name], lambda text: say(f"  {text}"))
        say(f"{name}: {tally.back} sent back, {tally.stay} stay")
        stay += tally.stay
    return STAYS if stay else 0


if __name__ == "__main__":
    sys.exit(main())
