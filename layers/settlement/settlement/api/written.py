"""Values of requests as merchants' software writes them: what has one meaning is taken, what has two is refused."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, StrictInt, WithJsonSchema
from pydantic_core import core_schema

from settlement.domain.money import MAX_DIGITS

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

MAX_EXACT = 2**53
"""Up to here a number that was written with a point or exponent is one whole number alone."""

_DIGITS = re.compile(r"\s*(-?[0-9]{1,100})\s*", re.ASCII)
_DATE = re.compile(r"\d{4}-?(?:W?\d\d)-?\d{1,2}(?:[T ].+)?", re.ASCII)


def whole_number(value: Any) -> int:
    """Return the whole number that is meant by 5000, 5000.0, 5e3, "5000" or " 5000 "; raises ``ValueError``.

    A text with a separator means none: whether "70.00" is of cents or of major units, nobody can tell.
    """
    if isinstance(value, str) and (found := _DIGITS.fullmatch(value)):
        return int(found[1])
    if isinstance(value, float) and value.is_integer() and abs(value) <= MAX_EXACT:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("must be a whole number, or a text of digits without separator")
    return value


def text_of_number(value: Any) -> Any:
    """Return the digits of a whole number, and anything else as it is; no code is below zero."""
    if isinstance(value, float) and value.is_integer() and 0 <= value <= MAX_EXACT:
        return str(int(value))
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else value


def date_text(value: str) -> str:
    """Return an ISO 8601 date, or date and time, with the capitals of the rule (RFC 3339 §5.6 allows small ones)."""
    from datetime import datetime

    text = value.strip().upper()
    try:
        if _DATE.fullmatch(text) is None:
            raise ValueError
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("must be an ISO 8601 date or date-time") from None
    return text


@dataclass(frozen=True, slots=True)
class Shaped:
    """Holds a text against a pattern; a refusal says ``about``, which describes it in words."""

    pattern: str
    about: str

    def __get_pydantic_core_schema__(self, source: Any, handler: "GetCoreSchemaHandler") -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: "GetJsonSchemaHandler"
    ) -> "JsonSchemaValue":
        return handler(schema) | {"pattern": f"^{self.pattern}$"}

    def _check(self, value: str) -> str:
        if not re.fullmatch(self.pattern, value):
            raise ValueError(f"must be {self.about}")
        return value


@dataclass(frozen=True, slots=True)
class NumberToo:
    """Takes a whole number for its digits, where a text is asked for; stands last, behind the text's own limits."""

    def __get_pydantic_core_schema__(self, source: Any, handler: "GetCoreSchemaHandler") -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(text_of_number, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: "GetJsonSchemaHandler"
    ) -> "JsonSchemaValue":
        text = handler(schema)
        digits = min(text.get("maxLength", MAX_DIGITS), MAX_DIGITS)
        return {"anyOf": [text, {"type": "integer", "minimum": 0, "maximum": 10**digits - 1}]}


@dataclass(frozen=True, slots=True)
class DigitsToo:
    """Takes what means a whole number for that number; stands last, behind the number's own limits."""

    def __get_pydantic_core_schema__(self, source: Any, handler: "GetCoreSchemaHandler") -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(whole_number, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: "GetJsonSchemaHandler"
    ) -> "JsonSchemaValue":
        number = handler(schema)
        digits = len(str(number.get("maximum", 10**MAX_DIGITS - 1) + 1)) - 1
        above_zero = number.get("exclusiveMinimum") == 0 or number.get("minimum") == 1
        shape = f"[1-9][0-9]{{0,{digits - 1}}}" if above_zero else f"[0-9]{{1,{digits}}}"
        return {"anyOf": [number, {"type": "string", "pattern": f"^\\s*{shape}\\s*$"}]}


WholeNumber = Annotated[StrictInt, DigitsToo()]

Date = Annotated[
    str,
    Field(max_length=40),
    AfterValidator(date_text),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}),
]
