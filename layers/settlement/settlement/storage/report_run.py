"""What one run of a report hands from stage to stage, as objects of the bucket under the run's own name (D182)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from settlement.domain.reconciliation.books import PaymentBooks
from settlement.domain.reconciliation.outcomes import Missing
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report import Report
from settlement.storage.bucket import Bucket
from settlement.storage.plain_values import reader_of, writer_of

Finding = tuple[PaymentBooks | Missing, list[PayoutPart]]
"""A payment with the parts that a report told, or did not tell, of it."""

_CHUNK = 1024 * 1024
_WORKSPACE = "workspace.sqlite"
_write_books, _read_books = writer_of(PaymentBooks), reader_of(PaymentBooks)
_write_missing, _read_missing = writer_of(Missing), reader_of(Missing)
_write_part, _read_part = writer_of(PayoutPart), reader_of(PayoutPart)
_write_report, _read_report = writer_of(Report), reader_of(Report)


class ReportRun:
    """One run of one report; ``folder`` is a place on disk that is the stage's own."""

    def __init__(self, bucket: Bucket, folder: Path, account: str, report_id: str, run: str) -> None:
        self._bucket, self._folder = bucket, folder
        self._under = f"work/{account}/{report_id}/{run}"

    def keep_workspace(self, path: Path) -> None:
        """Hand the file of the workspace to the stages behind."""
        self._bucket.upload(path, f"{self._under}/{_WORKSPACE}")

    def fetch_workspace(self, path: Path) -> None:
        """Bring the file of the workspace here."""
        self._bucket.download(f"{self._under}/{_WORKSPACE}", path)

    def keep_books(self, range_: int, piece: int, books: Iterable[PaymentBooks]) -> None:
        """Keep the payments of a piece of a range of orders."""
        self._keep(_books_name(range_, piece), (_text(_write_books(payment)) for payment in books))

    def books(self, pieces: Mapping[int, int]) -> Iterator[PaymentBooks]:
        """Yield the payments of all ranges of orders, in their order; ``pieces`` has the number of pieces of each."""
        for range_ in sorted(pieces):
            for piece in range(pieces[range_]):
                for text in self._kept(_books_name(range_, piece)):
                    yield _read_books(json.loads(text))

    def keep_findings(self, part: int, findings: Iterable[Finding]) -> None:
        """Keep findings for the task that writes them."""
        self._keep(_findings_name(part), map(_finding_text, findings))

    def findings(self, part: int) -> Iterator[Finding]:
        """Yield the findings of a part."""
        yield from map(_finding, self._kept(_findings_name(part)))

    def keep_report(self, report: Report) -> None:
        """Keep the report as it will be."""
        self._keep("report.json", [_text(_write_report(report))])

    def report(self) -> Report:
        """Return the report as it will be."""
        (text,) = self._kept("report.json")
        report: Report = _read_report(json.loads(text))
        return report

    def _keep(self, name: str, texts: Iterable[str]) -> None:
        file = self._folder / "kept"
        with file.open("w", encoding="utf-8") as written:
            for text in texts:
                written.write(text + "\n")
        self._bucket.upload(file, f"{self._under}/{name}")

    def _kept(self, name: str) -> Iterator[str]:
        file = self._folder / "fetched"
        self._bucket.download(f"{self._under}/{name}", file)
        with file.open(encoding="utf-8") as lines:
            yield from lines


def _text(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _finding_text(finding: Finding) -> str:
    where, parts = finding
    told = {"missing": _write_missing(where)} if isinstance(where, Missing) else {"books": _write_books(where)}
    return _text(told | {"parts": [_write_part(part) for part in parts]})


def _finding(text: str) -> Finding:
    told = json.loads(text)
    where = _read_missing(told["missing"]) if "missing" in told else _read_books(told["books"])
    return where, [_read_part(part) for part in told["parts"]]


def _books_name(range_: int, piece: int) -> str:
    return f"books/{range_:04d}-{piece:04d}.jsonl"


def _findings_name(part: int) -> str:
    return f"findings/{part:04d}.jsonl"


def fetched(bucket: Bucket, key: str, file: Path) -> str:
    """Bring an object here; return its SHA-256."""
    bucket.download(key, file)
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
