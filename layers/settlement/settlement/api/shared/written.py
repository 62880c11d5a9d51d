"""Values of requests as merchants' software writes them: what has one meaning is taken, what has two is refused.

What a type takes and what the API's description says of it (its JSON Schema) are made of the same patterns and limits.
"""

import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, StrictInt
from pydantic_core import core_schema

from settlement.api.shared.patterns import BLANKS, DATE, any_case, digits_between
from settlement.api.shared.schema import Says
from settlement.domain.money import MAX_MINOR_UNITS
from settlement.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

MAX_EXACT = 2**53
"""Up to here a number that was written with a point or exponent is one whole number alone."""

MAX_CODE_DIGITS = 44
"""Digits of a number that is taken as a code: as many as the longest that is one, the key of a fiscal document."""

MAX_NUMBER_TEXT = 100
"""Characters of a text that is taken as a number, spaces and zeros before it included."""

_DIGITS = re.compile(f"{BLANKS}((?!-0+{BLANKS}$)-?[0-9]+){BLANKS}", re.ASCII)
_DATE = re.compile(DATE, re.ASCII)


def whole_number(value: Any) -> int:
    """Return the whole number that is meant by 5000, 5000.0, 5e3, "5000" or " 5000 "; raises ``ValueError``.

    A text with a separator means none: whether "70.00" is of cents or of major units, nobody can tell.
    """
    if isinstance(value, str) and len(value) <= MAX_NUMBER_TEXT and (found := _DIGITS.fullmatch(value)):
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
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**MAX_CODE_DIGITS:
        return value
    return str(value)


def date_text(value: str) -> str:
    """Return an ISO 8601 date, or date and time, with the capitals of the rule; RFC 3339 (5.6) allows small letters."""
    if _DATE.fullmatch(value) is None:
        raise ValueError("must be an ISO 8601 date or date-time")
    return value.strip().upper()


def trimmed(value: str) -> str:
    """Return a text without the blanks around it; raises ``ValueError`` if nothing is left."""
    if not (text := value.strip()):
        raise ValueError("must not be blank")
    return text


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """Says in the API's description what the type does not: limits that hold later, in the words of the contract."""

    keywords: "tuple[tuple[str, Any], ...]"

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: "GetJsonSchemaHandler"
    ) -> "JsonSchemaValue":
        return handler(schema) | dict(self.keywords)


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

    most_digits: int = MAX_CODE_DIGITS

    def __get_pydantic_core_schema__(self, source: Any, handler: "GetCoreSchemaHandler") -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(text_of_number, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: "GetJsonSchemaHandler"
    ) -> "JsonSchemaValue":
        text = handler(schema)
        digits = min(text.get("maxLength", self.most_digits), self.most_digits)
        return {"anyOf": [text, {"type": "integer", "minimum": 0, "maximum": 10**digits - 1}]}


@dataclass(frozen=True, slots=True)
class EmptyToo:
    """Takes an empty text for none, since software fills in every field; stands behind a type that can be None."""

    def __get_pydantic_core_schema__(self, source: Any, handler: "GetCoreSchemaHandler") -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: None if value == "" else value, handler(source)
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: "GetJsonSchemaHandler"
    ) -> "JsonSchemaValue":
        told = handler(schema)
        return told | {"anyOf": [*told["anyOf"], {"type": "string", "maxLength": 0}]}


@dataclass(frozen=True, slots=True)
class DigitsToo:
    """Takes what means a whole number for that number; stands last, behind the number's own limits.

    Limits of its own are those of the contract, which are checked later and have codes of their own.
    """

    least: int = 0
    most: int = MAX_MINOR_UNITS

    def __get_pydantic_core_schema__(self, source: Any, handler: "GetCoreSchemaHandler") -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(whole_number, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: "GetJsonSchemaHandler"
    ) -> "JsonSchemaValue":
        number = handler(schema)
        above, below = number.pop("exclusiveMinimum", None), number.pop("exclusiveMaximum", None)
        least = number.get("minimum", self.least) if above is None else above + 1
        most = number.get("maximum", self.most) if below is None else below - 1
        return number_or_digits(least, most)


def number_or_digits(least: int, most: int) -> "JsonSchemaValue":
    """Describe a whole number between two limits, or a text of its digits."""
    text = {"type": "string", "pattern": f"^{digits_between(least, most)}$", "maxLength": MAX_NUMBER_TEXT}
    return {"anyOf": [{"type": "integer", "minimum": least, "maximum": most}, text]}


def one_of_any_case(words: "Iterable[str]") -> "JsonSchemaValue":
    """Describe a text that is one of some words, in whatever case."""
    known = list(words)
    about = f"{' or '.join(known)}, in whatever case."
    return {"type": "string", "pattern": f"^({'|'.join(map(any_case, known))})$", "description": about}


WholeNumber = Annotated[StrictInt, DigitsToo(), Says("Minor units.")]
WholeNumberAboveZero = Annotated[StrictInt, DigitsToo(least=1), Says("Minor units.")]
FullText = Described((("pattern", r"\S"),))
"""Of a text that must not be blank, which is checked later."""

Date = Annotated[
    str,
    Field(max_length=40),
    AfterValidator(date_text),
    Described((("pattern", f"^{DATE}$"), ("description", "An ISO 8601 date, or date and time."))),
]
