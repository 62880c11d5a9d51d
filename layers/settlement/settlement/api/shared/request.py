"""Request bodies of the public routes, and what they ask of the use cases.

Amounts are minor units (C§0). Unknown fields are ignored, as clients send more than they need to.
"""

from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    model_validator,
)
from pydantic.alias_generators import to_camel

from settlement.api.shared.schema import Says
from settlement.api.shared.written import (
    Described,
    DigitsToo,
    NumberToo,
    Shaped,
)
from settlement.domain.money import MAX_MINOR_UNITS, currencies_in_use, is_currency, is_withdrawn

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

MAX_QUANTITY = 1_000_000
MAX_ANY_TEXT = 2_000
MAX_TOTALS = 20
MAX_INSTALLMENTS = 99
MAX_NAME_BYTES = 2_000
"""The name of a line: a modification stores the lines it changes in one item of the table, as many as an order has."""


class Body(BaseModel):
    """A request body in camel case; making its validator waits for the first request.

    A null says what is said by leaving the field out, wherever that is allowed.
    """

    model_config = ConfigDict(alias_generator=to_camel, defer_build=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if not isinstance(given, dict) or None not in given.values():
            return given
        optional = cls.optional_names()
        return {name: value for name, value in given.items() if value is not None or name not in optional}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: "core_schema.CoreSchema", handler: "GetJsonSchemaHandler"
    ) -> "JsonSchemaValue":
        described = handler.resolve_ref_schema(reference := handler(schema))
        properties = described.get("properties", {})
        for name in cls.optional_names() & properties.keys():
            value = properties[name]
            default = {"default": value.pop("default")} if "default" in value else {}
            properties[name] = {"anyOf": [value, {"type": "null"}]} | default
        return reference

    @classmethod
    def optional_names(cls) -> frozenset[str]:
        """The names, as requests have them, of fields that may be left out and whose type has no null."""
        return frozenset(
            field.alias or name
            for name, field in cls.model_fields.items()
            if not field.is_required()
            and NoneType not in get_args(field.annotation)
            and field.annotation is not NoneType
        )


def _currency(value: str) -> str:
    if not is_currency(value) and not is_withdrawn(value):
        raise ValueError("must be an ISO 4217 currency code in capitals")
    return value


Id = Annotated[str, Shaped("[A-Za-z0-9._-]{1,64}", "1 to 64 of A-Z a-z 0-9 . _ -"), NumberToo()]
OrderId = Annotated[str, Shaped("[A-Za-z0-9._-]{1,100}", "1 to 100 of A-Z a-z 0-9 . _ -"), NumberToo()]
ItemId = Annotated[str, Field(min_length=1, max_length=100), NumberToo()]
Text = Annotated[str, Field(max_length=MAX_ANY_TEXT)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Code = Annotated[str, Field(max_length=MAX_ANY_TEXT), NumberToo()]
"""A text that may be digits alone, which some software writes as a number."""
Price = Annotated[StrictInt, Field(ge=0, le=MAX_MINOR_UNITS), DigitsToo(), Says("Minor units.")]
Value = Annotated[StrictInt, Field(gt=0, le=MAX_MINOR_UNITS), DigitsToo(), Says("Minor units.")]
SignedValue = Annotated[StrictInt, Field(ge=-MAX_MINOR_UNITS, le=MAX_MINOR_UNITS), DigitsToo()]
CurrencyCode = Annotated[str, AfterValidator(_currency), Described((("enum", currencies_in_use()),))]
PaymentSystemId = Annotated[str, Field(min_length=1, max_length=50), NumberToo()]
Installments = Annotated[StrictInt, Field(ge=1, le=MAX_INSTALLMENTS), DigitsToo()]
VaultToken = Annotated[str, Field(min_length=1, max_length=256)]
FirstDigits = Annotated[str, Shaped("[0-9]{1,6}", "a text of 1 to 6 digits")]
LastDigits = Annotated[str, Shaped("[0-9]{1,4}", "a text of 1 to 4 digits")]
Quantity = Annotated[StrictInt, Field(gt=0, le=MAX_QUANTITY), DigitsToo()]
Index = Annotated[StrictInt, Field(ge=0, le=MAX_QUANTITY), DigitsToo()]
SalesChannel = Annotated[str, Field(min_length=1, max_length=20), NumberToo()]
Measure = Annotated[str, Field(min_length=1, max_length=20)]
