"""Whatever is sent to a route, it is answered below 500, as documented, and a refusal has written nothing.

Bodies are those that the tour was granted, with a part replaced; routes are those of the table, so a new one is tried
without being named here. ``make test-long`` tries many more.
"""

import json
import os
import re
from base64 import b64encode
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from settlement.api.contract.described import Described
from settlement.api.contract.descriptions import DESCRIBED
from settlement.api.contract.document import statuses
from settlement.api.shared.body import MAX_BODY_BYTES, MAX_DEPTH
from settlement.storage import keys
from settlement.storage.writing import writes
from settlement.use_cases.shared.ports import Commit
from tests.security.conftest import Toured
from tests.support.service import Heard

WITH_BODY = [route for route in DESCRIBED if route.body is not None]
WITH_PARAMETERS = [route for route in DESCRIBED if route.parameters]
TRIES = settings(
    max_examples=1500 if os.environ.get("QUITA_LONG") == "1" else 60,
    deadline=None,
    derandomize=os.environ.get("QUITA_LONG") != "1",
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

TEXTS = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "a\r\nX-Injected: 1",
    "\ud800",
    "\udfff\ud800",
    "\u202egnirts\u202c",
    "\u0645\u0631\u062d\u0628\u0627",
    "\ufeffx",
    "\U0001f4a9" * 50,
    "e\u0301" * 200,
    "x" * 101,
    "x" * 5000,
    "../../etc/passwd",
    "a#ORDER#b",
    "%00%0d%0a",
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "{{7*7}}${jndi:ldap://x}",
    "' OR 1=1 --",
    "NaN",
    "1e400",
    "9" * 500,
    "-0",
    "0x10",
    "2026-02-30",
    "9999-12-31T23:59:59.9999999999Z",
    "0000-00-00",
]
NUMBERS = [0, -1, 1, 2**31, 2**63, 2**64, 10**12, 10**18, 10**400, -(10**400), 0.1, -0.0, 1e308, 5e-324, 1e16]
VALUES: list[Any] = [
    None,
    True,
    False,
    [],
    {},
    [[]],
    [{}],
    {"": ""},
    [None] * 300,
    [1] * 5000,
    {str(n): n for n in range(500)},
]
WRONG: list[Any] = [None, True, 1.5, -1, 10**30, "", "x" * 5000, [], {}, [[]], ["x"], {"x": 1}, [None] * 300]
HOSTILE = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(NUMBERS),
    st.sampled_from(VALUES).map(deepcopy),
    st.integers(1, 80).map(lambda depth: json.loads("[" * depth + "]" * depth)),
    st.text(st.characters(), max_size=30),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
)
RAW = [
    "",
    " ",
    "{",
    "[]",
    "null",
    "1",
    '"x"',
    "{}x",
    "\x00",
    "\ud800",
    '{"a":1,"a":2}',
    '{"value":NaN}',
    '{"value":Infinity}',
    '{"value":-Infinity}',
    '{"value":1e999}',
    '{"value":' + "9" * 10_000 + "}",
    "[" * 100_000,
    '{"a":' * 50_000,
    "{" + '"a":{' * 400 + "}" * 401,
    '{"a":"' + "x" * MAX_BODY_BYTES + '"}',
    '{"a":"\\u0000"}',
    '{"a":"\\ud800"}',
    '{"\\udc00":1}',
    "{'a':1}",
    '{"a":01}',
    '{"a":1,}',
    "<x/>",
    "a=1&b=2",
    "\ufeff",
    "\ufeff\ufeff{}",
    '{"a":"\ufffd"}',
    '{"a":"b\x01"}',
    '{"a":"\\x"}',
    '{"a" "b"}',
]


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a body: where a part of it stands."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield from _places(part, (*path, name))


def _with(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = deepcopy(body)
    inner = copy
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return copy


VALIDATORS_WORDS = re.compile(
    r"""(?:input|list|string|value|dictionary|tuple|decimal)\ should|instance\ of|(?-i:\w*Body\b)|\bdict|\bmapping
    |\btuple\b|\bdecode|utf-8-sig|unable|(?-i:\bNone(?:Type)?\b)|\bint\b|\bstr\b|\bfloat\b|\bbool\b|pydantic|validat
    |expecting|extra\ data|unterminated|delimiter|value\ error|assertion|function-|\[key\]|sys\.|set_int|traceback
    |\bpattern\b|\^\[|extra_|permitted""",
    re.IGNORECASE | re.VERBOSE,
)
"""What only the validator, the JSON reader or Python would say."""


def _said_by_us(message: str) -> str:
    """The message without the values that it repeats, and without the published words for a return that is too high."""
    message = message.removeprefix("Unable to using the restitution")
    return re.sub(r'got ("(?:[^"\\]|\\.)*("|$|;)|[^;]*)', "got", message)


def _check(toured: Toured, route: Described, heard: Heard, before: Any) -> None:
    assert heard.status < 500, heard
    assert heard.status in statuses(route), heard
    for value in heard.headers.values():
        assert not {"\r", "\n"} & set(str(value))
    if heard.status >= 400:
        error = heard.json["error"]
        assert set(error) == {"code", "message", "exception"}
        assert error["code"]
        assert error["message"]
        assert not VALIDATORS_WORDS.search(_said_by_us(error["message"])), error["message"]
        assert len(heard.text) < 5000
        assert toured.stored() == before
    commits = toured.service.shop.store.commits
    for commit in commits:
        _check_writable(commit)
    commits.clear()


def _check_writable(commit: Commit) -> None:
    """What the fake took has to be within what the table takes: its keys, its numbers, its items."""
    first, rest = writes("table", commit)
    for write in (*first, *rest):
        [(_, changed)] = cast(dict[str, Any], write).items()
        item = changed.get("Item") or changed["Key"]
        assert keys.can_exist(item["PK"]["S"], item["SK"]["S"])
        assert item["SK"]["S"]
        assert len(json.dumps(item, default=str)) < 400_000


@pytest.mark.parametrize("route", WITH_BODY, ids=lambda route: route.name)
def test_body_with_a_hostile_part_is_answered_as_documented(toured: Toured, route: Described) -> None:
    example = toured.example(route)
    body = json.loads(example.body or "{}")
    places = list(_places(body))

    @TRIES
    @given(st.lists(st.tuples(st.sampled_from(places), HOSTILE), min_size=1, max_size=3))
    def ask(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
        changed = body
        for path, value in changes:
            try:
                changed = _with(changed, path, value)
            except (KeyError, IndexError, TypeError):
                continue
        before = toured.stored()
        _check(toured, route, toured.ask(example, raw=json.dumps(changed)), before)

    ask()


@pytest.mark.parametrize("route", WITH_BODY, ids=lambda route: route.name)
def test_what_is_no_json_object_is_refused(toured: Toured, route: Described) -> None:
    example, before = toured.example(route), toured.stored()
    for raw in RAW:
        if raw == "" and not route.body_required:
            continue
        heard = toured.ask(example, raw=raw)
        _check(toured, route, heard, before)
        assert heard.status in (400, 413), (raw[:50], heard)


@pytest.mark.parametrize("route", WITH_BODY, ids=lambda route: route.name)
def test_every_place_of_a_body_is_refused_in_words_of_the_field(toured: Toured, route: Described) -> None:
    example = toured.example(route)
    body = json.loads(example.body or "{}")
    for path in _places(body):
        for value in WRONG:
            before = toured.stored()
            _check(toured, route, toured.ask(example, raw=json.dumps(_with(body, path, value))), before)


@pytest.mark.parametrize("route", WITH_BODY, ids=lambda route: route.name)
@pytest.mark.parametrize("text", [b'{"reason":"caf\xe9"}', b"\xff\xfe{\x00}\x00", b'{"a":"\xed\xa0\x80"}'])
def test_body_that_is_not_utf_8_is_refused_however_the_gateway_sends_it(
    toured: Toured, route: Described, text: bytes
) -> None:
    example, before = toured.example(route), toured.stored()
    damaged = toured.ask(example, raw=text.decode(errors="replace"))
    encoded = toured.ask(example, raw=b64encode(text).decode(), is_base64=True)

    for heard in (damaged, encoded):
        _check(toured, route, heard, before)
        assert (heard.status, "not UTF-8" in heard.text) == (400, True)


@pytest.mark.parametrize("route", WITH_BODY, ids=lambda route: route.name)
def test_byte_order_mark_is_no_part_of_a_body(toured: Toured, route: Described) -> None:
    example = toured.example(route)

    heard = toured.ask(example, raw=f"\ufeff{example.body}")
    encoded = toured.ask(example, raw=b64encode(f"\ufeff{example.body}".encode()).decode(), is_base64=True)

    assert "not JSON" not in heard.text + encoded.text


@pytest.mark.parametrize("route", WITH_BODY, ids=lambda route: route.name)
def test_depth_is_bounded_in_parts_that_nobody_reads(toured: Toured, route: Described) -> None:
    example, before = toured.example(route), toured.stored()
    body = json.loads(example.body or "{}")
    deep = json.loads("[" * MAX_DEPTH + "]" * MAX_DEPTH)

    changed = [*body, deep] if isinstance(body, list) else body | {"unknownField": deep}
    heard = toured.ask(example, raw=json.dumps(changed))

    assert heard.status == 400
    assert str(MAX_DEPTH) in heard.json["error"]["message"]
    assert toured.stored() == before


@pytest.mark.parametrize("route", WITH_PARAMETERS, ids=lambda route: route.name)
def test_hostile_parameter_is_answered_as_documented(toured: Toured, route: Described) -> None:
    example = toured.example(route)
    numbers = [str(number) for number in (*NUMBERS[:8], "1.5", "+1", "\u0661", "\u00b2", "1_0", " 1")]
    for parameter in route.parameters:
        for value in (*TEXTS, *numbers):
            before = toured.stored()
            in_header = parameter.where == "header"
            given_ = dict((example.headers if in_header else example.query) or {})
            changed: dict[str, Any] = {"headers" if in_header else "query": given_ | {parameter.name: value}}
            _check(toured, route, toured.ask(example, **changed), before)


def test_every_route_that_takes_a_body_is_tried() -> None:
    assert {route.method for route in DESCRIBED if route.body is None} <= {"get", "delete", "post"}
    assert len(WITH_BODY) >= 18
