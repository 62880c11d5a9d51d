"""The four places where the emulator needs help to do what AWS does with the same template (D91).

It reads a workflow's definition as JSON only; it does not take gateway responses out of an API's body; and
after a restart it remembers how far a table's stream was read, but not the stream, and would skip that many
new records. It has queues refuse what comes over plain HTTP, as their policies say, and speaks nothing else.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml


def write_definitions_as_json(build_directory: Path) -> None:
    """Puts each definition as JSON into the build folder, and has the built template name that."""
    file = build_directory / "template.yaml"
    template = yaml.safe_load(file.read_text(encoding="utf-8"))
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::StateMachine":
            source = build_directory / resource["Properties"]["DefinitionUri"]
            target = build_directory / f"{name}.asl.json"
            definition = yaml.safe_load(source.read_text(encoding="utf-8"))
            target.write_text(json.dumps(definition, indent=2), encoding="utf-8")
            resource["Properties"]["DefinitionUri"] = target.name
    file.write_text(yaml.safe_dump(template, sort_keys=False), encoding="utf-8")


def put_gateway_responses(build_directory: Path, gateway: Any, api_id: str) -> None:
    """Gives the deployed API the gateway responses that the built template asks for, and deploys them."""
    template = yaml.safe_load((build_directory / "template.yaml").read_text(encoding="utf-8"))
    for kind, response in template["Resources"]["Api"]["Properties"]["GatewayResponses"].items():
        status = {"statusCode": str(response["StatusCode"])} if "StatusCode" in response else {}
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            responseTemplates=response["ResponseTemplates"],
            **status,
        )
    gateway.create_deployment(restApiId=api_id, stageName=template["Resources"]["Api"]["Properties"]["StageName"])


def open_queues(sqs: Any, stack: str) -> None:
    """Takes the policies off the stack's queues."""
    for url in sqs.list_queues(QueueNamePrefix=f"{stack}-").get("QueueUrls", []):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})


def forget_stream_positions(save: Path) -> None:
    """Has the emulator read the table's stream from its beginning, which is empty after a restart."""
    file = save / "lambda.json"
    if file.exists():
        state = json.loads(file.read_text(encoding="utf-8"))
        state["payload"].pop("dynamodb_stream_positions", None)
        file.write_text(json.dumps(state), encoding="utf-8")
