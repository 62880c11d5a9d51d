"""Runs one function in its AWS SAM container, on the running stack's table.

python -m local.sam_local [--function NAME] EVENT_FILE

It prints the answer on standard output and the function's log on standard error.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from local.deployment import client
from local.emulator import aws_environment
from local.host_network import has_image, host_network
from local.lifecycle import require_running
from local.processes import plain_environment
from local.progress import StackError
from local.settings import CHECKOUT, ENVIRONMENTS, StackSettings, read_settings
from operations.running_stack import Facts

_SAM = ENVIRONMENTS / "venv-sam" / "bin" / "sam"
_ENDPOINT = "AWS_ENDPOINT_URL"
_RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
_ARCHITECTURE = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
IMAGE = f"public.ecr.aws/lambda/python:{_RUNTIME.removeprefix('python')}-{_ARCHITECTURE}"
"""The base image that SAM asks for."""


def main() -> int:
    """Run the command; return the exit code of `sam local invoke`, or 1 with a message."""
    parser = argparse.ArgumentParser(prog="local.sam_local", description=__doc__)
    parser.add_argument("--function", help="folder or logical id; the event's folder names it otherwise")
    parser.add_argument("event", type=Path)
    arguments = parser.parse_args()
    try:
        return invoke(read_settings(), arguments.function or arguments.event.resolve().parent.name, arguments.event)
    except StackError as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130


def invoke(settings: StackSettings, function: str, event: Path) -> int:
    """Run the function once, built and configured like in the running stack; return SAM's exit code."""
    facts = require_running(settings)
    folder = _folder(function, facts)
    if not event.is_file():
        raise StackError(f"No such event file: {event}")
    logical_id = folder.replace("_", " ").title().replace(" ", "") + "Function"
    template = _write_template(settings)
    variables = settings.directory / "invoke-variables.json"
    variables.write_text(json.dumps({logical_id: _variables(facts, folder)}, indent=2), encoding="utf-8")
    command = [
        str(_SAM), "local", "invoke", logical_id,
        "--template-file", str(template), "--event", str(event.resolve()), "--env-vars", str(variables),
        "--region", facts.region, "--config-env", "local",
        "--layer-cache-basedir", str(settings.directory / "invoke-layers"),
        "--parameter-overrides", f"PythonRuntime={_RUNTIME}", f"Architecture={_ARCHITECTURE}", "Sandbox=true",
    ]  # fmt: skip
    with host_network(os.environ.get("DOCKER_HOST")) as docker_host:
        if has_image(docker_host, IMAGE):
            command.append("--skip-pull-image")
        environment = plain_environment(
            **aws_environment(facts.aws_port),
            AWS_MAX_ATTEMPTS="1",
            DOCKER_HOST=docker_host,
            SAM_CLI_TELEMETRY="0",
        )
        return subprocess.call(command, cwd=CHECKOUT, env=environment)


def _folder(function: str, facts: Facts) -> str:
    """Return the function's folder, given the folder or the logical id."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", function.removesuffix("Function")).lower()
    if words not in facts.functions:
        raise StackError(f"No such function: {function}. There are: {', '.join(facts.functions)}.")
    return words


def _write_template(settings: StackSettings) -> Path:
    """Write the built template with one more variable for every function: SAM sets only declared ones."""
    template = yaml.safe_load((settings.build_directory / "template.yaml").read_text(encoding="utf-8"))
    template["Globals"]["Function"]["Environment"]["Variables"][_ENDPOINT] = ""
    file = settings.build_directory / "invoke.yaml"
    file.write_text(yaml.safe_dump(template, sort_keys=False), encoding="utf-8")
    return file


def _variables(facts: Facts, folder: str) -> dict[str, str]:
    """Return the deployed function's environment variables, and the address of the local AWS."""
    functions = client("lambda", facts.aws_port)
    deployed: dict[str, Any] = functions.get_function_configuration(FunctionName=facts.functions[folder])
    variables: dict[str, str] = deployed["Environment"]["Variables"]
    return variables | {_ENDPOINT: facts.aws_endpoint}


if __name__ == "__main__":
    sys.exit(main())
