"""Authenticates callers: turns an app key and its token into an account and roles (C§0)."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.environment import ENVIRONMENT
from settlement.logs import new_logger
from settlement.storage.app_keys import identify

logger = new_logger()
bootstrap.dynamodb()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Allow a valid pair every route of the API; the functions check the roles. Refuse anything else with 401."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    app_key, token = headers.get("x-vtex-api-appkey", ""), headers.get("x-vtex-api-apptoken", "")
    client, table = bootstrap.dynamodb(), ENVIRONMENT.table_name
    caller = identify(client, table, app_key, token, datetime.now(UTC)) if app_key and token else None
    if caller is None:
        logger.warning("credentials refused", appKey=app_key[:100])
        raise Exception("Unauthorized")
    api, stage = event["methodArn"].split("/")[:2]
    return {
        "principalId": caller.app_key,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api}/{stage}/*"}],
        },
        "context": {"account": caller.account, "roles": ",".join(caller.roles)},
    }
