"""The examples of the OpenAPI document: for each route a request that the tour sent, and what it was answered.

``python -m tests.support.api_examples`` records them anew, as ``make openapi`` does.
"""

import json
import re
from typing import Any

import pytest

from settlement.api.contract.examples import FILE
from testkit.shop import Shop
from tests.support.service import Heard, Service
from tests.support.tour import Tour

MAX_SIZE = 8_000
"""Of an answer that is shown; the longest below it shows most."""

THE_DOCUMENT = "getOpenApi"
"""Answers with the document itself; its example has no more than the document's name."""

_VOLATILE = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?"), "<time>"),
    (re.compile(r"\b\d\d/\d\d/\d{4} \d\d:\d\d:\d\d\b"), "<time>"),
    (re.compile(r"(?i)\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"(?i)\b[0-9a-f]{32}\b"), "<id>"),
    (re.compile(r'("approximateAgeOfOldestMessageInSeconds": ?)[\d.e+-]+'), r"\1<age>"),
)
"""What another run of the tour has otherwise."""


def examples_of(heard: list[Heard]) -> dict[str, Any]:
    """Return the example of each route: of what is read the one that shows most, of what is written the first."""
    shown: dict[str, Heard] = {}
    for answer in heard:
        route, before = answer.route, shown.get(answer.route.name)
        if answer.status not in route.answers or (len(answer.text) > MAX_SIZE and route.name != THE_DOCUMENT):
            continue
        if before is None or (route.method == "get" and _size(before) < _size(answer) and answer.status < 300):
            shown[route.name] = answer
    return {name: _example(answer) for name, answer in shown.items()}


def settled(examples: Any) -> str:
    """Return examples as text, without what another run has otherwise."""
    text = json.dumps(examples, sort_keys=True)
    for pattern, instead in _VOLATILE:
        text = pattern.sub(instead, text)
    return text


def _size(answer: Heard) -> int:
    return len(settled(answer.text))


def _example(answer: Heard) -> dict[str, Any]:
    asked = answer.asked
    names = re.findall(r"{(\w+)}", answer.route.path)
    values = re.fullmatch(re.sub(r"{\w+}", "([^/]+)", answer.route.path), asked.path)
    assert values is not None
    request = {
        "path": dict(zip(names, values.groups(), strict=True)),
        "query": dict(asked.query or {}),
        "headers": dict(asked.headers or {}),
        "body": _body_of(answer),
    }
    return {
        "request": {part: value for part, value in request.items() if value},
        "status": answer.status,
        "answer": _shown(answer) if answer.text else None,
    }


def _body_of(answer: Heard) -> Any:
    if answer.route.is_xml:
        return answer.asked.body
    return json.loads(answer.asked.body) if answer.asked.body and answer.route.body is not None else None


def _shown(answer: Heard) -> Any:
    if answer.route.name == THE_DOCUMENT:
        return {"openapi": answer.json["openapi"], "info": answer.json["info"], "paths": {}}
    return answer.content


def main() -> None:
    """Walk the tour, and write its examples beside the document."""
    with pytest.MonkeyPatch.context() as patch:
        heard = Tour(Service(Shop(), patch)).walk()
    FILE.write_text(json.dumps(examples_of(heard), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
