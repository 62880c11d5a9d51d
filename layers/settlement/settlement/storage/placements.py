"""What orders were placed with, as it is stored: compressed, and what lists have of it in an item of its own."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from settlement.storage import codecs, keys
from settlement.storage.documents import document_of, packed_document
from settlement.storage.pages import items_of
from settlement.storage.table import Table

if TYPE_CHECKING:
    from settlement.domain.order.placement import ListedParts, Placement


class Placements(Table):
    """Part of the store on the table: the kept parts of orders as they were placed."""

    def placement(self, account: str, order_id: str) -> "Placement | None":
        """Return the kept parts of an order."""
        from settlement.domain.order.placement import Placement

        item = self._read(keys.order_partition(account, order_id), keys.PLACEMENT)
        return Placement(document_of(item)) if item else None

    def listed_parts(self, account: str, order_ids: Iterable[str]) -> "dict[str, ListedParts]":
        """Return what lists have of the placements of many orders, by id; of those that have any."""
        from settlement.domain.order.placement import ListedParts

        partitions = {keys.order_partition(account, order_id): order_id for order_id in order_ids}
        wanted = [(partition, keys.LISTED_PARTS) for partition in partitions]
        found = items_of(self._client, self._table, [key for key in wanted if keys.can_exist(*key)])
        items = map(codecs.from_wire, found)
        return {partitions[item["PK"]]: codecs.decode(ListedParts, item) for item in items}


def placement_items(placement: "Placement", *, is_new: bool) -> list[tuple[str, codecs.Item]]:
    """Return the items of a placement by their sort keys; a new order that lists have nothing of needs one alone."""
    from settlement.domain.order.placement import NOTHING_LISTED, listed_parts

    listed = listed_parts(placement)
    items = [(keys.PLACEMENT, packed_document(placement.text))]
    if listed != NOTHING_LISTED or not is_new:
        told = {name: value for name, value in codecs.encode(listed).items() if value}
        items.append((keys.LISTED_PARTS, told))
    return items
