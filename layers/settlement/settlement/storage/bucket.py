"""The bucket of settlement reports: files that come in, what is worked on, and the lines that are kept (D178)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from settlement.storage.outage import BROKEN, is_outage
from settlement.use_cases.shared.ports import Unavailable
from settlement.values import dataclass

if TYPE_CHECKING:
    from pathlib import Path

ADDRESSES: Mapping[str, Any] = {
    "signature_version": "s3v4",
    "s3": {"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
}
"""How botocore has to be configured for addresses that browsers can use.

By itself it signs addresses by version 2 in the oldest regions, which buckets made since 2020 refuse, and names a host
of no region, which leads a new bucket's callers on to its region: no browser follows that before an upload (D194).
"""

_GONE = frozenset({"NoSuchKey", "404"})
"""What S3 answers for an object that is not there, to roles that may list the bucket."""

_BEYOND = "InvalidRange"
_RANGE = re.compile(r"bytes [0-9]+-[0-9]+/([0-9]+)")


@dataclass(frozen=True, slots=True)
class Part:
    """Some bytes of an object of ``size`` bytes."""

    content: bytes
    size: int


class Bucket:
    """One bucket, by boto3's client of S3."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def part(self, key: str, first: int, length: int) -> Part | None:
        """Return bytes of an object, none from its end on; None if there is no such object."""
        try:
            answer = self._client.get_object(Bucket=self._name, Key=key, Range=f"bytes={first}-{first + length - 1}")
        except BROKEN as error:
            raise Unavailable(f"get_object: {error}") from error
        except ClientError as error:
            if is_outage(error):
                raise Unavailable(f"get_object: {error}") from error
            code = error.response.get("Error", {}).get("Code")
            if code == _BEYOND:
                return Part(b"", first)
            if code in _GONE:
                return None
            raise
        size = _RANGE.fullmatch(answer["ContentRange"])
        assert size is not None
        return Part(answer["Body"].read(), int(size[1]))

    def upload(self, path: Path, key: str) -> None:
        """Write a file as an object, read as it is sent: an upload by parts would hold several of them in memory."""
        with path.open("rb") as content:
            self._client.put_object(Bucket=self._name, Key=key, Body=content)

    def download(self, key: str, path: Path) -> None:
        """Write an object as a file."""
        self._client.download_file(self._name, key, str(path))

    def upload_url(self, key: str, seconds: int) -> str:
        """Return an address to which whoever has it may PUT one object for some time."""
        url: str = self._client.generate_presigned_url(
            "put_object", Params={"Bucket": self._name, "Key": key}, ExpiresIn=seconds
        )
        return url
