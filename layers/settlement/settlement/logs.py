"""The functions' log: JSON lines in which e-mail addresses, documents, card numbers and signatures are masked."""

import json
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from settlement.domain.privacy.masking import masked


class MaskingFormatter(LambdaPowertoolsFormatter):
    """Writes lines like Powertools, with personal data and secrets masked."""

    def serialize(self, log: Any) -> str:
        """Return the line as JSON."""
        line = super().serialize(log)
        return line if masked(line) == line else json.dumps(_quiet(json.loads(line)), separators=(",", ":"))


def _quiet(part: Any) -> Any:
    """Return the part with its texts masked; numbers stay, so that a line stays JSON."""
    if isinstance(part, str):
        return masked(part)
    if isinstance(part, dict):
        return {name: _quiet(inner) for name, inner in part.items()}
    return [_quiet(inner) for inner in part] if isinstance(part, list) else part


def new_logger() -> Logger:
    """Return the logger of a function."""
    return Logger(logger_formatter=MaskingFormatter())
