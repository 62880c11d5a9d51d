"""What several response models are made of. Amounts are minor units, unless said otherwise."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

OmsDate = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""With an offset and seven fractional digits."""

GatewayDate = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")]
"""UTC, without a zone or a fraction."""

ActionDate = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""UTC, to the microsecond."""

Cents = int
Unsigned = Annotated[int, Field(ge=0)]


def _open(schema: dict[str, Any]) -> dict[str, Any]:
    """Do not promise that an answer never will have more keys."""
    return {"additionalProperties": True} if "additionalProperties" in schema else {}


class View(BaseModel):
    """A part of an answer in camel case; a key that no model names is a fault of the answer."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        populate_by_name=True,
        defer_build=True,
        json_schema_extra=lambda schema: schema.update(_open(schema)),
    )


class Unknown(View):
    """An object that this system knows nothing of."""


class ErrorDetail(View):
    """Why a request was refused; ``code`` is for programs, ``message`` for people."""

    code: Annotated[str, Field(min_length=1)]
    message: Annotated[str, Field(min_length=1)]
    exception: None


class Error(View):
    """The body of every refusal and failure."""

    error: ErrorDetail


class Receipt(View):
    """The answer to an invoice, a change and a cancellation."""

    date: OmsDate
    order_id: str
    receipt: str


class RepeatableReceipt(Receipt):
    """The answer to an invoice, change or cancel; ``stands`` is what was taken before where this one says otherwise."""

    stands: dict[str, str | int] = Field(default_factory=dict)


class Href(View):
    """Where a part of a transaction is read."""

    href: Annotated[str, Field(pattern=r"^/api/pvt/transactions/")]


class NamedValue(View):
    """A field and its value as text."""

    name: str
    value: str


class Health(View):
    """The service can take orders."""

    status: Annotated[str, Field(pattern="^ok$")]


class Unhealthy(View):
    """The service cannot take orders, and what it lacks."""

    status: Annotated[str, Field(pattern="^unavailable$")]
    missing: list[str]


class Empty(View):
    """An empty object."""


AnyJson = dict[str, Any]
