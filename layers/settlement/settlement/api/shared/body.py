"""Reading a request body: size, JSON and model, each with an error that says what is wrong and where."""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from math import isinf
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from settlement.domain.errors import BodyTooLarge, InvalidRequest

if TYPE_CHECKING:
    from pydantic import BaseModel

Model = TypeVar("Model", bound="BaseModel")

MAX_BODY_BYTES = 1_000_000
MAX_DEPTH = 32
_MAX_SHOWN = 80
_MAX_PROBLEMS = 5
_MAX_NUMBER = 400
"""Digits of an integer that is read as one; what has more is beyond all numbers that are taken."""

_BYTE_ORDER_MARK = "\ufeff"
_REPLACEMENT = "\ufffd"
_NAME_ITSELF = "[key]"
"""What the validator puts behind a name that is wrong itself."""

_UNSHOWN = frozenset(
    {
        *("card", "fields", "clientProfileData", "shippingData", "invoiceData", "recipients"),
        *("ipAddress", "deviceFingerprint", "configuration", "customFields"),
    }
)
"""Parts whose values no error repeats: cards, persons, and the credentials of connectors."""


def read(model: type[Model], body: str | None, *, is_base64: bool = False) -> Model:
    """Return the body as ``model``; raises ``BodyTooLarge`` above 1 MB and ``InvalidRequest`` for anything else."""
    return validate(model, parse(body, is_base64=is_base64))


def parse(body: str | None, *, is_base64: bool = False) -> Any:
    """Return the JSON of a body. Duplicate keys, NaN, NUL, lone surrogates and excessive depth are not JSON here."""
    text = read_text(body, is_base64=is_base64).removeprefix(_BYTE_ORDER_MARK)
    if not text.strip():
        raise InvalidRequest("the request body is empty; a JSON object is required")
    endless: list[str] = []

    def number(digits: str) -> int | float:
        if isinf(value := float(digits)):
            endless.append(digits)
        elif value.is_integer() and (exact := Decimal(digits)) == exact.to_integral_value():
            return int(exact)
        return value

    def integer(digits: str) -> int | float:
        return int(digits) if len(digits) <= _MAX_NUMBER else number(digits)

    try:
        parsed = json.loads(
            text, object_pairs_hook=_unique_keys, parse_constant=_no_constant, parse_float=number, parse_int=integer
        )
        if text.count("[") + text.count("{") > MAX_DEPTH and _depth(parsed) > MAX_DEPTH:
            raise InvalidRequest(f"the request body is nested too deeply; the limit is {MAX_DEPTH} levels")
        if "\\u" in text:
            json.dumps(parsed, ensure_ascii=False).encode()
        if endless or "\\u0000" in text:
            _refuse_unstorable(parsed)
    except UnicodeEncodeError:
        raise InvalidRequest("the request body has a text that is not valid Unicode") from None
    except RecursionError:
        raise InvalidRequest(f"the request body is nested too deeply; the limit is {MAX_DEPTH} levels") from None
    except json.JSONDecodeError as error:
        raise InvalidRequest(f"the request body is not JSON: {_syntax(text, error.pos)}") from None
    except ValueError as error:
        raise InvalidRequest(f"the request body is not JSON: {error}") from None
    return parsed


def validate(model: type[Model], parsed: Any) -> Model:
    """Return parsed JSON as ``model``; the error names each field, what it was, and what it should be."""
    from pydantic import ValidationError  # a function that reads no body does without it

    from settlement.api.shared.refusals import words_for

    try:
        return model.model_validate(parsed)
    except ValidationError as error:
        problems = [_problem(problem, words_for) for problem in error.errors(include_url=False)]
        shown = "; ".join(problems[:_MAX_PROBLEMS])
        more = f"; and {len(problems) - _MAX_PROBLEMS} more" if len(problems) > _MAX_PROBLEMS else ""
        raise InvalidRequest(shown + more) from None


def read_text(body: str | None, *, is_base64: bool) -> str:
    """Return a body as text; raises ``BodyTooLarge`` above 1 MB, and ``InvalidRequest`` unless it is UTF-8.

    API Gateway puts U+FFFD in place of bytes that are not UTF-8, so a body that has that character was damaged.
    """
    raw = (body or "").encode("utf-8", "surrogatepass")
    if is_base64:
        try:
            raw = base64.b64decode(raw, validate=True)
        except binascii.Error:
            raise InvalidRequest("the request body is not valid base64") from None
    if len(raw) > MAX_BODY_BYTES:
        raise BodyTooLarge(f"the request body has {len(raw)} bytes; the limit is {MAX_BODY_BYTES}")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"the request body is not UTF-8: byte {error.start} begins no character") from None
    if (damaged := text.find(_REPLACEMENT)) >= 0:
        raise InvalidRequest(f"the request body is not UTF-8: character {damaged} is one that stands for damaged bytes")
    return text


def _unique_keys(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {repeated[:_MAX_SHOWN]!r} stands twice in one object")
    return found


def _depth(parsed: Any) -> int:
    """How many arrays and objects lie in each other."""
    level, depth = [parsed], 0
    while level := [part for part in level if isinstance(part, dict | list)]:
        depth += 1
        level = [inner for part in level for inner in (part.values() if isinstance(part, dict) else part)]
    return depth


def _refuse_unstorable(parsed: Any) -> None:
    """Name the place of a null character or of a number beyond all numbers."""
    for where, value in _values(parsed):
        if isinstance(value, str) and "\0" in value:
            raise InvalidRequest(f"{where}: must not have a null character")
        if isinstance(value, float) and isinf(value):
            raise InvalidRequest(f"{where}: the number is too large")


def _values(parsed: Any) -> Iterator[tuple[str, Any]]:
    """Yield every text and number with the way to it; a name stands for itself."""
    waiting: list[tuple[str, Any]] = [("", parsed)]
    while waiting:
        where, part = waiting.pop()
        if isinstance(part, dict):
            waiting += [(f"{where}{name}.", inner) for name, inner in part.items()]
            yield from ((where.rstrip(".") or "body", name) for name in part)
        elif isinstance(part, list):
            waiting += [(f"{where}{index}.", inner) for index, inner in enumerate(part)]
        else:
            yield where.rstrip(".") or "body", part


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _syntax(text: str, position: int) -> str:
    """Say where a text stops being JSON, and with what."""
    if position >= len(text.rstrip()):
        return "it ends too early"
    return f"{json.dumps(text[position : position + 10], ensure_ascii=False)} cannot stand at character {position}"


def _problem(problem: Any, words_for: Callable[[str, Mapping[str, Any]], str]) -> str:
    where = ".".join(str(part) for part in problem["loc"] if part != _NAME_ITSELF) or "body"
    text = words_for(problem["type"], problem.get("ctx", {}))
    value = problem["input"]
    if (
        problem["type"] == "missing"
        or not isinstance(value, str | int | float | None)
        or _UNSHOWN & set(problem["loc"])
    ):
        return f"{where}: {text}"
    return f"{where}: {text}; got {json.dumps(value, ensure_ascii=False)[:_MAX_SHOWN]}"
