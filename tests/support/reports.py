"""Reads settlement reports, and what they are refused for."""

from __future__ import annotations

import io
from typing import Any

import pytest

from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.domain.reconciliation.report_head import ReportHead
from settlement.domain.reconciliation.report_line import ReportLine
from settlement.reports.formats import format_of, read_report


def read(name: str, content: bytes, mapping: dict[str, Any] | None = None) -> tuple[ReportHead, list[ReportLine]]:
    """Return the head and all lines of a file."""
    head, lines = read_report(format_of(name), io.BytesIO(content), mapping)
    return head, list(lines)


def refusal(name: str, content: bytes, mapping: dict[str, Any] | None = None) -> tuple[Fault, int, int]:
    """Return for what a file is refused, with line and column."""
    with pytest.raises(ReportRefused) as refused:
        read(name, content, mapping)
    return refused.value.fault, refused.value.line, refused.value.column
