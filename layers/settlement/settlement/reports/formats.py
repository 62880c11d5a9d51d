"""The formats that are known, each found as a module beside this one that has a ``FORMAT``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.reports.reading import refuse_unreadable, shown
from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.domain.reconciliation.report_head import ReportHead
    from settlement.domain.reconciliation.report_line import ReportLine

_HERE = Path(__file__).parent
_NO_FORMATS = {"__init__", "csv_rows", "formats", "opened", "reading"}
_BEGINNING = 512


class Reader(Protocol):
    """Reads a file of a format from its beginning: its head, and its lines as they come.

    The lines are all read before the file counts: the last of them may tell that it is cut. Raises ``ReportRefused``.
    """

    def __call__(
        self, stream: BinaryIO, mapping: Mapping[str, Any] | None
    ) -> tuple[ReportHead, Iterator[ReportLine]]: ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name in requests, what it is, the version that is read, where its layout is published.

    ``check_mapping`` raises ``ReportRefused`` for what is no mapping of it; None if it takes none.
    """

    name: str
    title: str
    version: str
    source: str
    read: Reader
    check_mapping: Callable[[Mapping[str, Any]], object] | None = None


@cache
def formats() -> dict[str, Format]:
    """Return every format by name."""
    names = sorted(path.stem for path in _HERE.glob("*.py") if path.stem not in _NO_FORMATS)
    found: list[Format] = [import_module(f"settlement.reports.{name}").FORMAT for name in names]
    return {format_.name: format_ for format_ in found}


def format_of(name: str) -> Format:
    """Return a format by its name; raises ``ReportRefused`` if there is none."""
    found = formats().get(name)
    if found is None:
        message = f"format {shown(name)} is unknown; there are {', '.join(formats())}"
        raise ReportRefused(Fault.UNKNOWN_FORMAT, message)
    return found


def refuse_bad_mapping(format_: Format, mapping: Mapping[str, Any]) -> None:
    """Raise ``ReportRefused`` for what is no mapping of a format: it names key and value."""
    if format_.check_mapping is None:
        raise ReportRefused(Fault.BAD_MAPPING, f"mapping: format {format_.name} takes none")
    format_.check_mapping(mapping)


def read_report(
    format_: Format, stream: BinaryIO, mapping: Mapping[str, Any] | None = None
) -> tuple[ReportHead, Iterator[ReportLine]]:
    """Read a file that can be read again from its beginning; raises ``ReportRefused``."""
    refuse_unreadable(stream.read(_BEGINNING))
    stream.seek(0)
    if mapping is not None:
        refuse_bad_mapping(format_, mapping)
    return format_.read(stream, mapping)
