"""Builds the template and deploys it to the emulator, each only after a change of its inputs."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.adaptations import deploy_at_once, open_bucket, open_queues, put_gateway_responses, write_definitions_as_json
from local.emulator import aws_environment
from local.ports import HOST
from local.processes import plain_environment, run_logged
from local.progress import StackError, step
from local.settings import CHECKOUT, ENVIRONMENTS, StackSettings
from operations.running_stack import LOCAL_REGION, LOCAL_STACK
from operations.stacks import cloud_client

_SOURCES = (
    "template.yaml", "samconfig.toml", "workflows", "functions", "layers", "requirements/sam.txt",
    "local/adaptations.py",
)  # fmt: skip
_BUCKET = "quita-local-artifacts"
_DIGEST_PARAMETER = "/quita/local/deployed"
_PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
_SAM = ENVIRONMENTS / "venv-sam" / "bin" / "sam"


@dataclass(frozen=True, slots=True)
class Deployment:
    """The deployed stack; ``functions`` maps folder names to function names, ``is_new`` is True if this start has
    deployed it.
    """

    api_id: str
    table_name: str
    credentials_arn: str
    event_bus_name: str
    state_machine_arn: str
    reports_bucket: str
    functions: dict[str, str]
    is_new: bool


def client(service: str, aws_port: int) -> Any:
    """Return a boto3 client of the emulator, independent of the caller's profile."""
    return cloud_client(service, f"http://{HOST}:{aws_port}")


def build(settings: StackSettings) -> str:
    """Build if the sources have changed since the last build; return the digest of the build."""
    digest = _digest_of(CHECKOUT / name for name in _SOURCES)
    stamp = settings.directory / "built"
    template = settings.build_directory / "template.yaml"
    if template.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return digest
    stamp.unlink(missing_ok=True)
    shutil.rmtree(settings.build_directory, ignore_errors=True)
    with step("building the layers and functions", about="10 s"):
        run_logged(
            [str(_SAM), "build", "--template-file", str(CHECKOUT / "template.yaml"),
             "--build-dir", str(settings.build_directory), "--config-env", "local"],
            log=settings.log("sam-build"), environment=_sam_environment(settings), cwd=CHECKOUT,
        )  # fmt: skip
    write_definitions_as_json(settings.build_directory)
    deploy_at_once(settings.build_directory)
    stamp.write_text(digest, encoding="utf-8")
    return digest


def deploy(settings: StackSettings, *, built: str, port: int, aws_port: int) -> Deployment:
    """Deploy the build to the emulator with this stack's parameters, unless it is deployed already."""
    parameters = {
        "Sandbox": "true",
        "PythonRuntime": f"python{_PYTHON_VERSION}",
        "ConnectorTimeoutSeconds": "5",
        "PublicBaseUrl": f"http://{HOST}:{port}",
        "DeletionProtection": "false",
        "AccessLog": "false",  # the local proxy has a log of its own
        "LogLevel": "DEBUG",  # here every line is read, by developers and by the search for planted secrets
    }
    digest = _digest_of((), built, str(aws_port), *(f"{name}={value}" for name, value in parameters.items()))
    is_new = _deployed_digest(aws_port) != digest or not _stack_is_complete(aws_port)
    if is_new:
        with step("deploying the template to the local AWS", about="10 s"):
            _create_bucket(aws_port)
            run_logged(
                [str(_SAM), "deploy", "--template-file", str(settings.build_directory / "template.yaml"),
                 "--stack-name", LOCAL_STACK, "--s3-bucket", _BUCKET, "--region", LOCAL_REGION,
                 "--capabilities", "CAPABILITY_IAM", "--config-env", "local", "--no-confirm-changeset",
                 "--no-fail-on-empty-changeset", "--parameter-overrides",
                 *(f"{name}={value}" for name, value in parameters.items())],
                log=settings.log("sam-deploy"), environment=_sam_environment(settings, aws_port),
                cwd=CHECKOUT,
            )  # fmt: skip
        if not _stack_is_complete(aws_port):
            raise StackError(f"The stack did not come up; see {settings.log('sam-deploy')}.")
        put_gateway_responses(
            settings.build_directory, client("apigateway", aws_port), _describe(aws_port, is_new).api_id
        )
        open_queues(client("sqs", aws_port), LOCAL_STACK)
        open_bucket(client("s3", aws_port), _describe(aws_port, is_new).reports_bucket)
        client("ssm", aws_port).put_parameter(Name=_DIGEST_PARAMETER, Value=digest, Type="String", Overwrite=True)
    return _describe(aws_port, is_new)


def _describe(aws_port: int, is_new: bool) -> Deployment:
    cloudformation = client("cloudformation", aws_port)
    stack = cloudformation.describe_stacks(StackName=LOCAL_STACK)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    prefix = f"{LOCAL_STACK}-"
    return Deployment(
        api_id=outputs["ApiId"],
        table_name=outputs["TableName"],
        credentials_arn=outputs["ConnectorCredentialsArn"],
        event_bus_name=outputs["EventBusName"],
        state_machine_arn=outputs["StateMachineArn"],
        reports_bucket=outputs["ReportsBucketName"],
        functions={
            folder.name: prefix + folder.name.replace("_", "-")
            for folder in sorted((CHECKOUT / "functions").iterdir())
            if (folder / "app.py").exists()
        },
        is_new=is_new,
    )


def _deployed_digest(aws_port: int) -> str:
    """Return the digest of the deployed build; the emulator stores it, so it always fits the emulator's state."""
    ssm = client("ssm", aws_port)
    try:
        value: str = ssm.get_parameter(Name=_DIGEST_PARAMETER)["Parameter"]["Value"]
    except ClientError:
        return ""
    return value


def _stack_is_complete(aws_port: int) -> bool:
    try:
        stacks = client("cloudformation", aws_port).describe_stacks(StackName=LOCAL_STACK)["Stacks"]
    except ClientError:
        return False
    return bool(stacks) and stacks[0]["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def _create_bucket(aws_port: int) -> None:
    s3 = client("s3", aws_port)
    if _BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=_BUCKET)


def _sam_environment(settings: StackSettings, aws_port: int = 0) -> dict[str, str]:
    environment = plain_environment(
        **aws_environment(aws_port),
        QUITA_FOR_HOST="1",
        QUITA_PYTHON=sys.executable,
        QUITA_PYTHON_VERSION=_PYTHON_VERSION,
        SAM_CLI_POLL_DELAY="0.3",
        SAM_CLI_TELEMETRY="0",
        TMPDIR=str(settings.scratch_directory),
    )
    return {name: value for name, value in os.environ.items() if name.startswith("PIP_")} | environment


def _digest_of(paths: Iterable[Path], *words: str) -> str:
    """Return a digest of ``words`` and of the names and contents of all files under the paths."""
    digest = hashlib.sha256()
    for word in (*words, _PYTHON_VERSION):
        digest.update(word.encode() + b"\0")
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                digest.update(f"{file.relative_to(CHECKOUT)} {content}\n".encode())
    return digest.hexdigest()
