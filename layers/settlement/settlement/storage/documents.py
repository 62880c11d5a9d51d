"""Documents of invoices as they are stored: compressed, so XML and its write take about a tenth."""

import zlib
from collections.abc import Mapping
from typing import Any, cast

from settlement.storage import codecs, keys
from settlement.storage.table import Table

_TEXT, _PACKED = "text", "packed"


class Documents(Table):
    """Part of the store on the table: the documents of an order's invoices."""

    def document(self, account: str, order_id: str, number: str) -> str | None:
        """Return the document embedded in an invoice."""
        item = self._read(keys.order_partition(account, order_id), keys.document(number))
        return document_of(item) if item else None


def packed_document(text: str) -> codecs.Item:
    """Return the attributes of a document's item; a text that would not become smaller stays as it is."""
    content = text.encode()
    packed = zlib.compress(content, 9)
    return {_PACKED: packed} if len(packed) < len(content) else {_TEXT: text}


def document_of(item: Mapping[str, Any]) -> str:
    """Return the text of a stored document; earlier versions did not compress it."""
    if _PACKED not in item:
        return cast(str, item[_TEXT])
    return zlib.decompress(cast(bytes, item[_PACKED])).decode()
