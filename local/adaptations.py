"""Six adaptations that make the emulator treat the template as AWS does (D91).

The emulator reads workflow definitions in JSON only, and ignores the gateway responses in an API's body. After a
restart it knows the position in a table's stream, but not the stream, and would skip as many new records. It applies
the policies of queues and bucket against plain HTTP, but offers no HTTPS. It has no CodeDeploy. And this machine has
two names in a browser, of which the template knows one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml


def write_definitions_as_json(build_directory: Path) -> None:
    """Write each definition as JSON into the build folder, and refer to it in the built template."""
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


def deploy_at_once(build_directory: Path) -> None:
    """Take the gradual deployments out of the built template; the aliases stay."""
    file = build_directory / "template.yaml"
    template = yaml.safe_load(file.read_text(encoding="utf-8"))
    for properties in (template["Globals"]["Function"], *_functions(template)):
        properties.pop("DeploymentPreference", None)
    file.write_text(yaml.safe_dump(template, sort_keys=False), encoding="utf-8")


def _functions(template: dict[str, Any]) -> list[dict[str, Any]]:
    resources = template["Resources"].values()
    return [resource["Properties"] for resource in resources if resource["Type"] == "AWS::Serverless::Function"]


def put_gateway_responses(build_directory: Path, gateway: Any, api_id: str) -> None:
    """Add the built template's gateway responses to the deployed API, and deploy them."""
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
    """Remove the policies of the stack's queues."""
    for url in sqs.list_queues(QueueNamePrefix=f"{stack}-").get("QueueUrls", []):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})


def open_bucket(s3: Any, bucket: str) -> None:
    """Remove the policy of a bucket, and have it take from ``localhost`` what it takes from this machine's number."""
    s3.delete_bucket_policy(Bucket=bucket)
    rules = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    for rule in rules:
        named = [origin.replace("//127.0.0.1:", "//localhost:") for origin in rule["AllowedOrigins"]]
        rule["AllowedOrigins"] = list(dict.fromkeys([*rule["AllowedOrigins"], *named]))
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})


def forget_stream_positions(save: Path) -> None:
    """Reset the position in the table's stream, which is empty after a restart."""
    file = save / "lambda.json"
    if file.exists():
        state = json.loads(file.read_text(encoding="utf-8"))
        state["payload"].pop("dynamodb_stream_positions", None)
        file.write_text(json.dumps(state), encoding="utf-8")
