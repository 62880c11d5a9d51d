"""Finds the mapping that an account keeps for the files that are dropped into a folder (D193)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.use_cases.reconciliation.name_report import MAX_MAPPING_BYTES
from settlement.values import dataclass

MAPPINGS = "mappings"
"""Where an account keeps mappings, as ``<account>/<format>.json``, and ``<account>/<format>/<folder>.json``."""

_MAX_KEY_BYTES = 1024
"""Longest key that S3 has."""


@dataclass(frozen=True, slots=True)
class Mappings:
    """Where mappings are: ``beginning`` returns so many bytes of an object by its key, None if there is no such object.

    ``check`` takes the name of a format and a mapping as JSON; it raises ``ReportRefused``, by key and value.
    """

    beginning: Callable[[str, int], bytes | None]
    check: Callable[[str, str], None]


def find_mapping(mappings: Mappings, account: str, dropped: str) -> str | None:
    """Return the mapping of a file that was dropped as ``<format>/<name>``, as JSON; None if the account keeps none.

    The folders of the name have mappings of their own; the nearest counts. Raises ``ReportRefused`` for one that is no
    mapping of the format, or has too many bytes.
    """
    format_ = dropped.partition("/")[0]
    for key in _keys(account, dropped):
        content = mappings.beginning(key, MAX_MAPPING_BYTES + 1)
        if content is not None:
            try:
                return _checked(mappings, format_, content)
            except ReportRefused as refusal:
                raise ReportRefused(refusal.fault, f"{refusal} ({key})") from None
    return None


def _keys(account: str, dropped: str) -> Iterator[str]:
    """Yield the keys under which a file's mapping may be, that of the nearest folder first."""
    folder = dropped.rpartition("/")[0]
    while folder:
        key = f"{MAPPINGS}/{account}/{folder}.json"
        if len(key.encode()) <= _MAX_KEY_BYTES:
            yield key
        folder = folder.rpartition("/")[0]


def _checked(mappings: Mappings, format_: str, content: bytes) -> str:
    if len(content) > MAX_MAPPING_BYTES:
        raise ReportRefused(Fault.BAD_MAPPING, f"mapping: it has more than {MAX_MAPPING_BYTES} bytes")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise ReportRefused(Fault.BAD_MAPPING, f"mapping: byte {error.start + 1} is no UTF-8") from None
    mappings.check(format_, text)
    return text
