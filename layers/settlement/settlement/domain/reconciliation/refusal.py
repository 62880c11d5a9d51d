"""Why a settlement report is refused as a whole, and where in the file."""

from enum import StrEnum


class Fault(StrEnum):
    """Why a file is refused."""

    UNKNOWN_FORMAT = "unknown-format"
    BAD_MAPPING = "bad-mapping"
    EMPTY = "empty"
    TOO_LARGE = "too-large"
    COMPRESSED = "compressed"
    WRONG_HASH = "wrong-hash"
    WRONG_VERSION = "wrong-version"
    NOT_TEXT = "not-text"
    NOT_A_NUMBER = "not-a-number"
    NOT_A_DATE = "not-a-date"
    NOT_A_KIND = "not-a-kind"
    NOT_A_CURRENCY = "not-a-currency"
    LINE_TOO_LONG = "line-too-long"
    LINE_TOO_SHORT = "line-too-short"
    UNKNOWN_RECORD = "unknown-record"
    CUT = "cut"
    WRONG_TOTAL = "wrong-total"
    REPEATED_SEQUENCE = "repeated-sequence"


class ReportRefused(Exception):
    """A file is not taken, and nothing of it has an effect; the message says what, where and why."""

    def __init__(self, fault: Fault, message: str, line: int = 0, column: int = 0) -> None:
        place = f"line {line}, column {column}: " if column else f"line {line}: " if line else ""
        super().__init__(f"{place}{message}")
        self.fault, self.line, self.column = fault, line, column
