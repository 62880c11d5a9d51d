"""The form of a connector: its settings by group, and its custom fields. It is read into the body of the API's route.

A secret is written and never shown: its field is empty, and left so it keeps what is stored.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from settlement.api.affiliations.names import MASK, PASSWORD_MASK, Key
from settlement.console import typed
from settlement.console.visit import Visit
from settlement.console.wording import Words
from settlement.domain.connectors.capabilities import Capability
from settlement.domain.connectors.connector import AutoSettle, Connector, ConnectorProtocol, Mode
from settlement.domain.connectors.connector_calls import DeclaredField, FieldType
from settlement.values import dataclass

CUSTOM = "custom:"
"""How the names of custom fields begin in the form."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as a field: ``kind`` is ``text``, ``number``, ``flag``, ``choice`` or ``secret``."""

    key: Key
    kind: str = "text"
    options: Sequence[str] = ()
    named: Callable[[Words, str], str] = lambda words, option: option
    """Returns what an option is called."""


def _capability(words: Words, option: str) -> str:
    return words.of("capability", option)


GROUPS: Mapping[str, Sequence[Setting]] = {
    "address": (
        Setting(Key.SERVICE_URL),
        Setting(Key.APP_KEY, "secret"),
        Setting(Key.APP_TOKEN, "secret"),
        Setting(Key.PROVIDER_HEADERS, "flag"),
        Setting(Key.SANDBOX_MODE, "flag"),
    ),
    "parts": (
        Setting(Key.MODE, "choice", tuple(Mode), lambda words, one: words.of("mode", one)),
        Setting(Key.SETTLE_CAPABILITY, "choice", tuple(Capability), _capability),
        Setting(Key.CANCEL_CAPABILITY, "choice", tuple(Capability), _capability),
        Setting(Key.REFUND_CAPABILITY, "choice", tuple(Capability), _capability),
        Setting(Key.SETTLE_WINDOW, "number"),
        Setting(Key.CANCEL_WINDOW, "number"),
        Setting(Key.REFUND_WINDOW, "number"),
        Setting(Key.MINIMUM_GAP, "number"),
        Setting(Key.CANCEL_VALUE_UNIT, "choice", ("decimal", "cents"), lambda words, one: words.of("value-unit", one)),
    ),
    "payments": (
        Setting(Key.PAYMENT_SYSTEMS),
        Setting(Key.AUTHORISATION_EXPIRES),
        Setting(Key.AUTO_SETTLE, "choice", tuple(AutoSettle), lambda words, one: words.of("auto-settle", one)),
        Setting(Key.AUTO_SETTLE_DELAY, "number"),
        Setting(Key.ACQUIRER_CNPJ),
    ),
}
"""Every setting of a connector, as its form has them."""

NEW = {
    Key.PROVIDER_HEADERS: "true",
    Key.MODE: Mode.TOTAL.value,
    Key.SETTLE_CAPABILITY: Capability.SINGLE.value,
    Key.CANCEL_CAPABILITY: Capability.NONE.value,
    Key.REFUND_CAPABILITY: Capability.MULTIPLE.value,
    Key.AUTO_SETTLE: AutoSettle.BY_CONNECTOR.value,
}
"""What a new connector's form begins with, which is what the API takes for what is not said."""


@dataclass(frozen=True, slots=True)
class Custom:
    """A custom field: what the manifest declares, and its value; of a password whether there is one."""

    name: str
    type: FieldType
    options: tuple[tuple[str, str], ...] = ()
    value: str = ""
    is_set: bool = False


def shown_values(configuration: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the settings of a stored connector as its form shows them, without secrets."""
    values = {item["name"]: str(item["value"] or "") for item in configuration}
    return {name: "" if value == MASK else value for name, value in values.items()}


def custom_fields(visit: Visit, stored: Connector | None, declared: Sequence[DeclaredField] | None) -> list[Custom]:
    """Return the custom fields to fill in: the declared ones, or without a manifest those that are stored."""
    held = {field.name: field.value for field in stored.custom_fields} if stored is not None else {}
    if declared is None:
        declared = [
            DeclaredField(name, FieldType.PASSWORD if value is None else FieldType.TEXT) for name, value in held.items()
        ]
    return [
        Custom(
            field.name,
            field.type,
            field.options,
            "" if field.type is FieldType.PASSWORD else visit.said(CUSTOM + field.name, held.get(field.name) or ""),
            field.name in held and held[field.name] is None,
        )
        for field in declared
    ]


def given_names(visit: Visit) -> set[str]:
    """Return the names of the custom fields that were filled in."""
    return {name.removeprefix(CUSTOM) for name in visit.form if name.startswith(CUSTOM) and visit.said(name)}


def told(
    visit: Visit, name: str, implementation: str, stored: Connector | None, *, is_declared: bool = True
) -> dict[str, Any]:
    """Return what was typed as the body of the API's route; an empty secret keeps what is stored.

    While the manifest cannot be read, only the custom fields that were changed are told: the others stay.
    """
    values: dict[str, str] = {}
    for setting in (setting for group in GROUPS.values() for setting in group):
        said = typed.text(visit, setting.key)
        values[setting.key] = str(bool(said)).lower() if setting.kind == "flag" else said
    values[Key.USES_AUTO_SETTLE_OPTIONS] = str(values[Key.AUTO_SETTLE] not in ("", AutoSettle.BY_CONNECTOR)).lower()
    held = {field.name: field.value for field in stored.custom_fields} if stored is not None else {}
    names = [name.removeprefix(CUSTOM) for name in visit.form if name.startswith(CUSTOM)]
    custom = [
        {"name": one, "value": said or (PASSWORD_MASK if one in held and held[one] is None else "")}
        for one, said in ((name, typed.text(visit, CUSTOM + name)) for name in names)
        if is_declared or said != (held.get(one) or "")
    ]
    return {
        "name": name,
        "implementation": implementation,
        "isdelivered": bool(typed.text(visit, "enabled")),
        "configuration": [{"name": key, "value": value} for key, value in values.items() if value],
        "customFields": custom,
        "acceptWithoutManifest": bool(typed.text(visit, "unchecked")),
    }


PROTOCOLS = tuple(ConnectorProtocol)
