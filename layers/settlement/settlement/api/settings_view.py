"""Account settings as the settings route shows them (§8.2)."""

from dataclasses import asdict
from typing import Any

from pydantic.alias_generators import to_camel

from settlement.domain.account import AccountSettings


def settings_view(settings: AccountSettings) -> dict[str, Any]:
    """The whole settings, in camel case."""
    return {to_camel(name): value for name, value in asdict(settings).items()}
