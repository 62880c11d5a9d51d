"""The bucket of settlement reports: files that come in, what is worked on, and the lines that are kept (D178)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from pathlib import Path

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
        except ClientError as error:
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
