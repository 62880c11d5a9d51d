"""The upload of a settlement report: the console names the file, the browser sends it to the bucket (D194)."""

import json
from dataclasses import replace

from settlement.api.reports.request import NamedReportBody
from settlement.api.shared.body import parse, validate
from settlement.api.shared.http import Response
from settlement.console.site import policy
from settlement.console.visit import Visit
from settlement.domain.account.account import Role
from settlement.domain.errors import Busy, InvalidRequest, Refusal
from settlement.domain.reconciliation.refusal import ReportRefused
from settlement.domain.reconciliation.report import Report
from settlement.reports.formats import Format, format_of, formats
from settlement.reports.opened import check_mapping
from settlement.use_cases.reconciliation.await_upload import await_upload, upload_place
from settlement.use_cases.reconciliation.name_report import MAX_FILE_NAME, MAX_MAPPING_BYTES, NamedFile
from settlement.use_cases.reconciliation.read_report import MAX_UPLOAD_BYTES
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class UploadForm:
    """The form by which a file is sent; ``format`` and ``mapping`` are those of a report that is sent again."""

    formats: tuple[Format, ...]
    format: str = ""
    mapping: str = ""
    is_again: bool = False
    max_bytes: int = MAX_UPLOAD_BYTES
    max_mapping_bytes: int = MAX_MAPPING_BYTES
    max_name: int = MAX_FILE_NAME


def upload_form(visit: Visit, report: Report | None = None) -> UploadForm | None:
    """Return the form, of a report that is there or of a new one; None to whoever may not send any."""
    if not visit.may(Role.PROCESS_PAYMENT):
        return None
    known = tuple(formats().values())
    return UploadForm(known) if report is None else UploadForm(known, report.format, report.mapping or "", True)


def with_upload(visit: Visit, answer: Response) -> Response:
    """Return a page whose script may send to where the account's files are uploaded, and to nowhere else."""
    allowed = policy(upload_place(visit.services.uploads(), visit.account))
    return replace(answer, headers={**answer.headers, "Content-Security-Policy": allowed})


def name(visit: Visit) -> Response:
    """Name a file for the script of the form: the answer has where to send it, and its report's page.

    It is what ``POST /api/pvt/settlement-reports`` does. A refusal says in words what is wrong, as ``problem``.
    """
    try:
        file = _named(visit)
        reports, uploads = visit.services.reports(), visit.services.uploads()
        awaited = await_upload(visit.ports, reports, uploads, visit.account, file)
    except ReportRefused as refused:
        return _json(400, problem=visit.words.text(f"fault.{refused.fault}"), detail=str(refused))
    except Refusal as refusal:
        says = visit.words.text("upload.busy" if isinstance(refusal, Busy) else "upload.refused")
        told = " ".join(filter(None, (visit.words.refusal(refusal), says)))
        return _json(refusal.status, problem=told, detail=refusal.message)
    path = f"payouts/{awaited.report.report_id}"
    if awaited.url is None:
        return _json(200, uploadUrl=None, page=visit.url(path, done="known"))
    return _json(201, uploadUrl=awaited.url, page=visit.url(path, sent=awaited.report.version))


def _named(visit: Visit) -> NamedFile:
    """Read the form as the API's request; raises ``ReportRefused`` or ``InvalidRequest``."""
    told: dict[str, object] = {
        "format": visit.said("format"), "fileName": visit.said("file_name"), "sha256": visit.said("sha256"),
    }  # fmt: skip
    if mapping := visit.said("mapping"):
        told["mapping"] = _mapping(mapping)
    named = validate(NamedReportBody, told).named
    format_of(named.format)
    if named.mapping is not None:
        check_mapping(named.format, named.mapping)
    return named


def _mapping(text: str) -> object:
    """Read a mapping; raises ``InvalidRequest``, with the words of the API's bodies."""
    try:
        return parse(text)
    except InvalidRequest as refusal:
        raise InvalidRequest(refusal.message.replace("the request body", "the mapping")) from None


def _json(status: int, **told: object) -> Response:
    return Response(status, "application/json", json.dumps(told, ensure_ascii=False))
