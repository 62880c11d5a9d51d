"""What writes make of the items of a table, without a table."""

import re
from collections.abc import Mapping
from itertools import chain
from typing import Any

from settlement.storage import codecs
from settlement.storage.writing import writes
from settlement.use_cases.shared.ports import Commit

Items = dict[tuple[str, str], codecs.Item]


def write_all(items: Items, commit: Commit) -> list[tuple[codecs.Item | None, codecs.Item | None]]:
    """Do all writes of a commit; return each item as it was and as it is, None where there is none."""
    return [_write(items, write) for write in chain(*writes("table", commit))]


def _write(items: Items, write: Any) -> tuple[codecs.Item | None, codecs.Item | None]:
    [(verb, what)] = write.items()
    found = codecs.from_wire(what["Item"] if verb == "Put" else what["Key"])
    key = found["PK"], found["SK"]
    before = items.get(key)
    if verb == "Delete":
        items.pop(key, None)
        return before, None
    items[key] = found if verb == "Put" else _updated(before or found, what)
    return before, items[key]


def _updated(item: codecs.Item, update: Mapping[str, Any]) -> codecs.Item:
    """Do what an update expression says: SET, also of a sum, REMOVE and ADD."""
    found = dict(item)
    names = update.get("ExpressionAttributeNames", {})
    values = codecs.from_wire(update.get("ExpressionAttributeValues", {}))
    clauses = re.split(r"(SET|REMOVE|ADD) ", update["UpdateExpression"])[1:]
    for verb, parts in zip(clauses[::2], clauses[1::2], strict=True):
        for part in parts.strip().split(", "):
            name, *value = re.split(r" = | ", part)
            name = names.get(name, name)
            match verb:
                case "SET" if len(value) > 1:
                    _, base = re.findall(r"[#:]\w+", value[0])
                    found[name] = found.get(name, values[base]) + values[value[2]]
                case "SET":
                    found[name] = values[value[0]]
                case "REMOVE":
                    found.pop(name, None)
                case _:
                    found[name] = found.get(name, 0) + values[value[0]]
    return found
