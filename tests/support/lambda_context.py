"""The context that tests hand to a function."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Context:
    """The little of a Lambda context that the logger reads."""

    function_name: str = "by-hand"
    function_version: str = "1"
    memory_limit_in_mb: int = 128
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:by-hand"
    aws_request_id: str = "request"
