"""The report of a run: a line for each case, the calls of failed ones, and the same as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.case import Result, Verdict
from conformance.wire import Call, shown

WIDTH = 118
MAX_BODY_CHARACTERS_ON_TERMINAL = 500
MAX_BODY_CHARACTERS_IN_JSON = 10_000
_MARKS: Mapping[Verdict, str] = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "FAILED",
    Verdict.NOT_APPLICABLE: "n/a",
}


@dataclass(frozen=True, slots=True)
class Report:
    """Writes results, without the connector's keys and cards."""

    url: str
    secrets: tuple[str, ...]

    def lines(self, result: Result) -> list[str]:
        """Return the lines of a case; a failed one has all of its calls."""
        case = result.case
        lines = _paragraph(f"{_MARKS[result.verdict]:<7}{case.name}: {case.shows}", 2, 9)
        if result.reason:
            lines += _paragraph(self._shown(result.reason, MAX_BODY_CHARACTERS_ON_TERMINAL), 9, 9)
        for remark in result.remarks:
            lines += _paragraph(self._shown(f"note: {remark}", MAX_BODY_CHARACTERS_ON_TERMINAL), 9, 9)
        if result.verdict is Verdict.FAILED:
            for call in result.calls:
                lines += self._call(call)
            lines.append("")
        return lines

    def summary(self, results: Sequence[Result]) -> list[str]:
        """Return the number of cases, and the names of failed ones."""
        counts = _counts(results)
        lines = ["", f"{counts['passed']} passed, {counts['failed']} failed, {counts['notApplicable']} not applicable"]
        failed = [result.case.name for result in results if result.verdict is Verdict.FAILED]
        if failed:
            lines += _paragraph(f"failed: {', '.join(failed)}", 0, 8)
        return lines

    def as_json(self, results: Sequence[Result]) -> dict[str, object]:
        """Return all results for machines, with the calls of every case."""
        return {"url": self.url, **_counts(results), "cases": [self._result(result) for result in results]}

    def _result(self, result: Result) -> dict[str, object]:
        return {
            "name": result.case.name,
            "shows": " ".join(result.case.shows.split()),
            "outcome": result.verdict.value,
            "reason": self._shown(result.reason, MAX_BODY_CHARACTERS_IN_JSON) or None,
            "remarks": [self._shown(remark, MAX_BODY_CHARACTERS_IN_JSON) for remark in result.remarks],
            "durationMs": result.duration_ms,
            "calls": [
                {
                    "method": call.method,
                    "path": call.path,
                    "request": self._shown(call.request, MAX_BODY_CHARACTERS_IN_JSON),
                    "status": call.status,
                    "answer": self._shown(_text(call), MAX_BODY_CHARACTERS_IN_JSON),
                    "fault": call.fault or None,
                    "expected": call.expected or None,
                    "durationMs": call.duration_ms,
                }
                for call in result.calls
            ],
        }

    def _call(self, call: Call) -> list[str]:
        status = "no answer" if call.status is None else str(call.status)
        most = MAX_BODY_CHARACTERS_ON_TERMINAL
        answer = call.fault or self._shown(_text(call), most)
        return [
            f"         sent {call.method} {call.path} {self._shown(call.request, most)}".rstrip(),
            f"           got {status} in {call.duration_ms} ms: {answer}",
            *([f"           expected: {call.expected}"] if call.expected else []),
        ]

    def _shown(self, text: str, most: int) -> str:
        return shown(text, self.secrets, most)


def _text(call: Call) -> str:
    return call.answer.decode("utf-8", "replace")


def _counts(results: Sequence[Result]) -> dict[str, int]:
    verdicts = [result.verdict for result in results]
    return {
        "passed": verdicts.count(Verdict.PASSED),
        "failed": verdicts.count(Verdict.FAILED),
        "notApplicable": verdicts.count(Verdict.NOT_APPLICABLE),
    }


def _paragraph(text: str, first: int, others: int) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * first,
        subsequent_indent=" " * others,
        break_long_words=False,
        break_on_hyphens=False,
    )
