"""The request that names a settlement report."""

import json
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from settlement.api.shared.request import Body
from settlement.api.shared.written import FullText, trimmed
from settlement.use_cases.reconciliation.name_report import MAX_FILE_NAME, MAX_MAPPING_BYTES, NamedFile


def _short(mapping: dict[str, Any]) -> dict[str, Any]:
    size = len(json.dumps(mapping, ensure_ascii=False).encode())
    if size > MAX_MAPPING_BYTES:
        raise ValueError(f"must have at most {MAX_MAPPING_BYTES} bytes as JSON; got {size}")
    return mapping


class NamedReportBody(Body):
    """``POST /api/pvt/settlement-reports``: a file that is to be uploaded."""

    format: Annotated[str, Field(max_length=40)]
    """The format in which the file is read, such as `cielo-v15`."""
    file_name: Annotated[str, Field(max_length=MAX_FILE_NAME), AfterValidator(trimmed), FullText]
    """The file's name, to know it by."""
    sha256: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")]
    """The file's SHA-256, in hexadecimal digits."""
    mapping: Annotated[dict[str, Any], AfterValidator(_short)] | None = None
    """What the columns of a CSV file mean."""

    @property
    def named(self) -> NamedFile:
        """The file as it is named."""
        mapping = None if self.mapping is None else json.dumps(self.mapping, ensure_ascii=False, sort_keys=True)
        return NamedFile(self.format, self.file_name, self.sha256.lower(), mapping)
