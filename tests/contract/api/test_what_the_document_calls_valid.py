"""What the API's description calls valid is taken, and what it does not is refused: at every place of every body.

The values lie on both sides of each limit that the description has there, beside those that are wrong in general.
Limits that reach over several fields cannot be written as JSON Schema; the description has them in words.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError as Invalid
from jsonschema.validators import extend
from pydantic import BaseModel

from settlement.api.contract.descriptions import DESCRIBED
from settlement.api.contract.document import make_document
from settlement.api.shared import body
from settlement.domain.errors import BodyTooLarge, InvalidRequest
from testkit.shop import Shop
from tests.support.service import Service
from tests.support.tour import Tour

Json = Any
Path = tuple[str | int, ...]

DOCUMENT = make_document()


def _parts_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model, and every model in it."""
    yield model
    for field in model.model_fields.values():
        for part in _models_in(field.annotation):
            yield from _parts_of(part)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


BODIES = {part.__name__: part for route in DESCRIBED if route.body is not None for part in _parts_of(route.body)}

IN_WORDS = {
    *("sellingPrice", "manualPrice", "customPaymentSystemsAllowed", "MessageRetentionPeriodInSeconds"),
    "replaces",
}
"""Fields that may be there if they say the same as others, or another thing."""

DECIMALS = {"unitMultiplier", "installmentsInterestRate", "taxRate", "valuePaid"}
"""Numbers with at most six decimals: no common validator counts those of binary floats rightly."""

LATER: dict[str, tuple[str, Path]] = {
    "OrderBody": ("placeOrder", ()),
    "OrderItem": ("placeOrder", ("items", 0)),
    "ChangeBody": ("registerChange", ()),
    "ChangeItem": ("registerChange", ("itemsRemoved", 0)),
    "ModificationBody": ("previewModification", ()),
    "Item": ("previewModification", ("add", "items", 0)),
    "Tag": ("previewModification", ("add", "items", 0, "priceTags", 0)),
    "TransactionBody": ("startTransaction", ()),
    "MovementBody": ("requestSettlement", ()),
    "SentPayment": ("sendPayments", (0,)),
}
"""Models some of whose limits have codes of their own, so the domain checks them: a route, and where in its body."""

SAMPLES = (
    "Output",
    "2026-03-02",
    "ab",
    "1",
    "Items",
    "201",
    "203.0.113.7",
    "https://shop.example/return",
    "seller",
    "7.days",
    "0" * 64,
)
"""Texts, one of which fits each pattern."""

POOL: list[Json] = [
    *(None, True, False, 0, 1, -1, 5, 2.0, -0.0, 1.5, 0.1, 1e-7, 10**12, 10**13, 10**43, 10**44, 1e300, -(10**13)),
    *("", " ", "x", "0", "1", " 5 ", "007", "-0", "-5", "5.0", "0.5", " 0.5 ", "1e3", "7,0", "٣", "5\n", "\n", "a b"),
    *("true", "Output", "INPUT", "input ", "BRL", "brl", "BGN", "ç", "2026-03-02", "2026-03-02t10:00:00z"),
    *("20260302", "2026-02-30", "2024-02-29", "2026-13-01", "2026-03-02T25:00", "2026-W10-1", "2026-03-02T10:00+03"),
    *("1000000000", "999999999.999999", "0.0000001", "x" * 64, "x" * 65, "9" * 12, "9" * 13, "0" * 101, "#", "a/b"),
    *([], {}, [None], ["x"], [{}], {"x": 1}, {"x": "y"}, {"Host": "x"}, {"a b": "x"}),
]  # fmt: skip


def _ends_as_in_ecma(pattern: str) -> str:
    """The same pattern for Python, whose ``$`` also stands before a line feed at the end."""
    return re.sub(r"\$(?=\)|$)", r"\\Z", pattern)


def _pattern(validator: Any, pattern: str, text: Json, schema: Json) -> Iterator[Invalid]:
    if isinstance(text, str) and not re.search(_ends_as_in_ecma(pattern), text):
        yield Invalid(f"{text!r} does not match")


Validator: Any = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]


def _validator(name: str) -> Any:
    return Validator({"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]})


def _resolved(schema: Json) -> Json:
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _choices(schema: Json) -> list[Json]:
    schema = _resolved(schema)
    if "properties" in schema:
        return [schema]
    return [
        part
        for choice in schema.get("anyOf", [schema])
        for part in ([choice] if choice is schema else _choices(choice))
    ]


def _sample(schema: Json, *, whole: bool = False) -> Json:
    """A value that fits a schema: with all it has room for if it is to be ``whole``, else with what it needs."""
    schema = _choices(schema)[0]
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            needed = schema.get("properties", {}) if whole else schema.get("required", ())
            return {name: None if name in IN_WORDS else _sample(schema["properties"][name]) for name in needed}
        case "array":
            return [_sample(schema["items"])] if schema.get("minItems") else []
        case "string" if "pattern" in schema:
            return next(text for text in SAMPLES if _is(schema, text))
        case "string":
            return "x" * max(1, schema.get("minLength", 0))
        case "integer" | "number":
            return max(1, schema.get("minimum", 0))
        case "boolean":
            return True
    return None


def _is(schema: Json, value: Json) -> bool:
    return bool(Validator(schema).is_valid(value))


def _around(schema: Json) -> Iterator[Json]:
    """Values at each limit of a schema, and just beyond."""
    for choice in _choices(schema):
        for limit in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            if limit in choice:
                at = choice[limit]
                yield from (at, at + 1, at - 1, float(at), str(at), str(at + 1), str(at - 1), f" 0{at} ")
        for limit in ("minLength", "maxLength"):
            if limit in choice:
                at = choice[limit]
                letters = "x1 " if at > 10_000 else "x1\u00e9 "
                yield from (letter * (at + more) for letter in letters for more in (-1, 0, 1))
        yield from choice.get("enum", [])
        if "const" in choice:
            yield choice["const"]
        for limit in ("minItems", "maxItems"):
            if limit in choice:
                yield from ([_sample(choice["items"])] * (choice[limit] + more) for more in (-1, 0, 1))
        if "pattern" in choice:
            yield from _likely(choice["pattern"])


def _likely(pattern: str) -> list[str]:
    """Texts that fit a pattern, and such that nearly do."""
    lengths = {int(number) for pair in re.findall(r"\{(\d+)(?:,(\d+))?\}", pattern) for number in pair if number}
    return [
        letter * (length + more) for length in lengths for more in (-1, 0, 1) for letter in "a1A. " if length < 3000
    ]


def _changed(name: str, whole: Json) -> Iterator[tuple[str, Json, Json]]:
    """Bodies that differ from a whole one in one field; of a list that is a body, in its first entry."""
    schema = _resolved({"$ref": f"#/components/schemas/{name}"})
    yield from (("", value, value) for value in POOL)
    if schema["type"] == "array":
        for count in (0, schema["minItems"], schema["maxItems"], schema["maxItems"] + 1):
            yield "", f"{count} of them", whole * count
        return
    yield "unknownKey", 1, whole | {"unknownKey": 1}
    for field, part in schema["properties"].items():
        for value in (*POOL, *_around(part)):
            yield field, value, whole | {field: value}
        yield field, "left out", {name: value for name, value in whole.items() if name != field}


def _is_taken(model: type[BaseModel], sent: Json) -> bool:
    try:
        body.validate(model, body.parse(json.dumps(sent)))
    except (InvalidRequest, BodyTooLarge):
        return False
    return True


@pytest.mark.parametrize("name", BODIES)
def test_what_the_document_calls_valid_is_taken_and_nothing_else(name: str) -> None:
    validator, model = _validator(name), BODIES[name]
    whole = _sample({"$ref": f"#/components/schemas/{name}"}, whole=True)
    validator.validate(whole)
    assert _is_taken(model, whole)

    wrong = [
        (field, repr(value)[:60], "valid, but refused" if valid else "invalid, but taken")
        for field, value, sent, valid in _misjudged(validator, model, whole)
        if (valid or name not in LATER) and not _is_in_words(field, value)
    ]
    assert not wrong


@pytest.mark.parametrize("name", LATER)
def test_what_the_domain_refuses_is_not_valid_either(name: str, toured: Service) -> None:
    operation, path = LATER[name]
    example = next(one.asked for one in toured.heard if one.route.name == operation and one.status in one.route.answers)
    whole = _sample({"$ref": f"#/components/schemas/{name}"}, whole=True)

    found = list(_misjudged(_validator(name), BODIES[name], whole))
    for field, value, _, valid in found:
        if valid or _is_in_words(field, value):
            continue
        sent = _with(json.loads(example.body or ""), (*path, field), value)
        if operation == "registerChange":
            sent["requestId"] = "another"
        if operation == "placeOrder":
            del sent["orderId"]
        where = re.sub("(?<=orders/)[^/]+", "judged-01", example.path)
        heard = toured.call(example.method, where, sent, query=example.query)
        assert heard.status == 400, (field, value, heard)
    assert found


def _misjudged(validator: Any, model: type[BaseModel], whole: Json) -> Iterator[tuple[str, Json, Json, bool]]:
    """Bodies of which description and model say two things, with what the description says."""
    for field, value, sent in _changed(model.__name__, whole):
        if (valid := validator.is_valid(sent)) != _is_taken(model, sent):
            yield field, value, sent, valid


def _is_in_words(field: str, value: Json) -> bool:
    in_bytes = isinstance(value, str) and not value.isascii()
    return field in IN_WORDS or (field in DECIMALS and isinstance(value, float)) or in_bytes


def _with(whole: Json, path: Path, value: Json) -> Json:
    *parents, last = path
    inner: Any = whole
    for step, after in zip(parents, path[1:], strict=True):
        if isinstance(inner, list):
            inner.extend([] if inner else [{}])
        else:
            inner.setdefault(step, [] if after == 0 else {})
        inner = inner[step]
    inner[last] = value
    return whole


@pytest.fixture(scope="module")
def toured() -> Iterator[Service]:
    """A service that every route was asked of, and has an order that takes changes."""
    with pytest.MonkeyPatch.context() as patch:
        service = Service(Shop(), patch)
        for _ in Tour(service).walk():
            pass
        Tour(service).place("judged-01")
        yield service
