"""The environment variables of the functions; each is read and checked on access."""

import os
from collections.abc import Callable, Mapping
from math import inf
from typing import Generic, TypeVar, overload
from urllib.parse import urlsplit

from settlement.values import dataclass

Value = TypeVar("Value")


class EnvironmentFault(Exception):
    """A variable is not set or its value is not allowed; the message names it, its value and the allowed ones."""


class Variable(Generic[Value]):
    """One variable as an attribute of ``Environment``; without a ``default``, it has to be set."""

    def __init__(self, name: str, read: Callable[[str], Value], takes: str, default: str | None = None) -> None:
        """``read`` converts the text and raises ``ValueError`` for a value that is not allowed."""
        self.name = name
        self.default = default
        self._read = read
        self._takes = takes

    @overload
    def __get__(self, environment: None, owner: type) -> "Variable[Value]": ...

    @overload
    def __get__(self, environment: "Environment", owner: type) -> Value: ...

    def __get__(self, environment: "Environment | None", owner: type) -> "Variable[Value] | Value":
        """Return the variable's value; raises ``EnvironmentFault``."""
        if environment is None:
            return self
        text = environment.variables.get(self.name, self.default)
        if text is None:
            raise EnvironmentFault(f"the environment variable {self.name} is not set; it takes {self._takes}")
        try:
            return self._read(text)
        except ValueError:
            fault = f"the environment variable {self.name} is {text!r}; it takes {self._takes}"
            raise EnvironmentFault(fault) from None


def _text(text: str) -> str:
    if not text:
        raise ValueError
    return text


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < inf:
        raise ValueError
    return seconds


def _time_limit(text: str) -> float:
    if not (seconds := _seconds(text)):
        raise ValueError
    return seconds


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables that the template gives the functions. Powertools reads its own, botocore those of AWS."""

    variables: Mapping[str, str]

    table_name = Variable("TABLE_NAME", _text, "the table's name")
    sandbox = Variable("SANDBOX", _flag, "true or false")
    answer_wait_seconds = Variable("ANSWER_WAIT_SECONDS", _seconds, "seconds, 0 or more")
    health_account = Variable("HEALTH_ACCOUNT", _text, "an account's name")
    connector_timeout_seconds = Variable("CONNECTOR_TIMEOUT_SECONDS", _time_limit, "seconds, more than 0")
    credentials_secret = Variable("CREDENTIALS_SECRET", _text, "the id of a secret")
    console_secret = Variable("CONSOLE_SECRET", _text, "the id of a secret")
    public_base_url = Variable("PUBLIC_BASE_URL", _text, "the URL that connectors call back")
    event_bus_name = Variable("EVENT_BUS_NAME", _text, "the bus's name")
    parked_events_queue_url = Variable("PARKED_EVENTS_QUEUE_URL", _text, "a queue's URL")
    undelivered_operations_queue_url = Variable("UNDELIVERED_OPERATIONS_QUEUE_URL", _text, "a queue's URL")
    state_machine_arn = Variable("STATE_MACHINE_ARN", _text, "a state machine's ARN")
    reports_bucket = Variable("REPORTS_BUCKET", _text, "the bucket's name")
    sandbox_hang_seconds = Variable("SANDBOX_HANG_SECONDS", _seconds, "seconds, 0 or more", default="8")

    @property
    def is_in_the_cloud(self) -> bool:
        """Whether this is a function of Lambda itself, not of an emulator at a loopback address (the local stack)."""
        emulator = urlsplit(self.variables.get("AWS_ENDPOINT_URL", "")).hostname in ("127.0.0.1", "localhost", "::1")
        return "AWS_LAMBDA_FUNCTION_NAME" in self.variables and not emulator

    @property
    def certificate_authorities(self) -> str | None:
        """The file of certificate authorities for AWS's clients; None for their own."""
        return self.variables.get("AWS_CA_BUNDLE") or self.variables.get("REQUESTS_CA_BUNDLE")


ENVIRONMENT = Environment(os.environ)
"""The environment of this process, read anew on each access."""
