"""The report of a run as files: JUnit XML for a CI, and one HTML page that needs nothing from elsewhere.

Both are written of the results for machines (``Report.as_json``), in which keys and cards are masked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

Results = Mapping[str, Any]

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; }
summary { cursor: pointer; padding: .3rem 0; } summary b { display: inline-block; width: 8rem; }
details { border-bottom: 1px solid #d0d7de; } .failed b { color: #b3261e; } .passed b { color: #1a6b34; }
pre { background: #f3f5f7; padding: .6rem; white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0; }
dl { display: grid; grid-template-columns: 6rem 1fr; gap: .2rem .8rem; margin: .6rem 0 1rem; }
dd { margin: 0; min-width: 0; }
"""


def calls_as_text(calls: list[Mapping[str, Any]]) -> str:
    """Return what was sent, what came back and what was expected, call by call."""
    lines = []
    for call in calls:
        lines.append(f"sent      {call['method']} {call['path']} {call['request']}".rstrip())
        lines.append(f"got       {answer_of(call)}")
        if call["expected"]:
            lines.append(f"expected  {call['expected']}")
    return "\n".join(lines)


def answer_of(call: Mapping[str, Any]) -> str:
    """Return an answer in one line: status, time, body."""
    status = "no answer" if call["status"] is None else call["status"]
    return f"{status} in {call['durationMs']} ms: {call['fault'] or call['answer']}"


def as_junit(results: Results) -> str:
    """Return the results as JUnit XML: a test case for each case, failed and skipped ones with their reason."""
    cases = results["cases"]
    seconds = sum(case["durationMs"] for case in cases) / 1_000
    counts = f'tests="{len(cases)}" failures="{results["failed"]}" errors="0" skipped="{results["notApplicable"]}"'
    name = _xml(f"Payment Provider Protocol at {results['url']}")
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuite name="{name}" {counts} time="{seconds:.3f}">']
    for case in cases:
        took = f"{case['durationMs'] / 1_000:.3f}"
        lines.append(f'<testcase classname="conformance" name="{_xml(case["name"])}" time="{took}">')
        reason = _xml(case["reason"] or "")
        if case["outcome"] == "failed":
            lines.append(f'<failure message="{reason}">{_xml("expected  " + case["shows"])}</failure>')
        if case["outcome"] == "not applicable":
            lines.append(f'<skipped message="{reason}"/>')
        told = [*(f"note      {remark}" for remark in case["remarks"]), calls_as_text(case["calls"])]
        lines += [f"<system-out>{_xml(chr(10).join(told))}</system-out>", "</testcase>"]
    return "\n".join([*lines, "</testsuite>", ""])


def as_html(results: Results) -> str:
    """Return the results as a page; failed cases are unfolded."""
    title = escape(f"Payment Provider Protocol at {results['url']}")
    counts = f"{results['passed']} passed, {results['failed']} failed, {results['notApplicable']} not applicable"
    cases = "\n".join(_case_as_html(case) for case in results["cases"])
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n<p>{counts}</p>\n{cases}\n</body>\n</html>\n"
    )


def _case_as_html(case: Mapping[str, Any]) -> str:
    is_open = " open" if case["outcome"] == "failed" else ""
    parts = [
        f'<details class="{case["outcome"].replace(" ", "-")}"{is_open}>',
        f"<summary><b>{escape(case['outcome'])}</b>{escape(case['name'])}: {escape(case['shows'])}</summary>",
        *(f"<p>{escape(words)}</p>" for words in [case["reason"], *case["remarks"]] if words),
        *map(_call_as_html, case["calls"]),
        "</details>",
    ]
    return "\n".join(parts)


def _call_as_html(call: Mapping[str, Any]) -> str:
    rows = [
        ("sent", f"{call['method']} {call['path']} {call['request']}".rstrip()),
        ("got", answer_of(call)),
        ("expected", call["expected"]),
    ]
    told = "".join(f"<dt>{name}</dt><dd><pre>{escape(words)}</pre></dd>" for name, words in rows if words)
    return f"<dl>{told}</dl>"


def _xml(text: str) -> str:
    return escape(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text))
