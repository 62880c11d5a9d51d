"""The local stack's command line: up [--detach], down, status, logs, exec."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys

from local import lock
from local.deployment import client
from local.lifecycle import not_ready, require_running, running_facts, stack_in_use, start_detached, stop
from local.progress import StackError, say
from local.settings import StackSettings, read_settings
from local.supervisor import supervise


def main() -> int:
    """Run a command; exit code 0 if it succeeds, 1 with a message otherwise."""
    arguments = _parse()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code: int = arguments.command(read_settings(), arguments)
    except StackError as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="local.stack", description=__doc__)
    commands = parser.add_subparsers(required=True)
    up = commands.add_parser("up", help="start the stack and keep it in the foreground")
    up.add_argument("--detach", action="store_true", help="return when it is ready")
    up.set_defaults(command=_up)
    commands.add_parser("down", help="stop the stack").set_defaults(command=_down)
    commands.add_parser("status", help="print the running stack's facts").set_defaults(command=_status)
    logs = commands.add_parser("logs", help="print the functions' logs")
    logs.add_argument("functions", nargs="*", help="folder names; none for all")
    logs.set_defaults(command=_logs)
    execute = commands.add_parser("exec", help="run a command with a stack, starting one if need be")
    execute.add_argument("words", nargs=argparse.REMAINDER)
    execute.set_defaults(command=_exec)
    return parser.parse_args()


def _up(settings: StackSettings, arguments: argparse.Namespace) -> int:
    if arguments.detach:
        start_detached(settings)
    else:
        supervise(settings)
    return 0


def _down(settings: StackSettings, arguments: argparse.Namespace) -> int:
    say("stopped" if stop(settings) else "no local stack is running")
    return 0


def _status(settings: StackSettings, arguments: argparse.Namespace) -> int:
    facts = running_facts(settings)
    if facts is None:
        pid = lock.holder(settings.lock_file)
        say("not running" if pid is None else not_ready(pid))
        return 1
    say(settings.facts_file.read_text(encoding="utf-8").rstrip())
    return 0


def _logs(settings: StackSettings, arguments: argparse.Namespace) -> int:
    facts = require_running(settings)
    unknown = set(arguments.functions) - set(facts.functions)
    if unknown:
        raise StackError(f"No such function: {', '.join(sorted(unknown))}. There are: {', '.join(facts.functions)}.")
    logs = client("logs", facts.aws_port)
    lines: list[tuple[int, str, str]] = []
    for function in arguments.functions or facts.functions:
        group = f"/aws/lambda/{facts.functions[function]}"
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
            lines += [(event["timestamp"], function, event["message"].rstrip()) for event in page["events"]]
    for _, function, message in sorted(lines):
        say(f"{function}  {message}")
    return 0


def _exec(settings: StackSettings, arguments: argparse.Namespace) -> int:
    words = arguments.words[1:] if arguments.words[:1] == ["--"] else arguments.words
    with stack_in_use(settings):
        return subprocess.call(words, env=os.environ | {"QUITA_LOCAL_DIR": str(settings.directory)})


if __name__ == "__main__":
    sys.exit(main())
