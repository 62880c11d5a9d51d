"""What the table keeps, as text to look for secrets in."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from settlement.storage import codecs, keys
from settlement.storage.event_record import record_of


def stored_text(item: Mapping[str, Any]) -> str:
    """Return an item of the table as text; a record of events, and what is kept packed, unpacked."""
    if item["SK"]["S"].startswith(keys.EVENTS):
        record = record_of(codecs.from_wire(item))
        return json.dumps([record.account, [asdict(event) for event in record.events], record.log], default=str)
    return json.dumps(item, default=lambda packed: zlib.decompress(packed).decode())
