"""Writes commits: each in one transaction of DynamoDB, many in as few transactions as they fit into."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

from settlement.storage.races import lost_races_as_conflicts
from settlement.storage.table import Table
from settlement.storage.writing import MAX_WRITES, writes
from settlement.use_cases.shared.ports import Commit, Conflict
from settlement.values import dataclass

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


@dataclass(frozen=True, slots=True)
class Prepared:
    """A commit with its writes: those that are made one by one before, and those of one transaction."""

    commit: Commit
    first: "list[TransactWriteItemTypeDef]"
    together: "list[TransactWriteItemTypeDef]"


class Commits(Table):
    """The writes of commits."""

    def commit(self, commit: Commit) -> None:
        """Write the whole commit, or raise ``Conflict``; then nothing of it is visible."""
        self._write(_prepared(self._table, commit))

    def commit_each(self, commits: Sequence[Commit]) -> list[bool]:
        """Write commits, in as few transactions as they fit into; one that meets a lost race is written one by one."""
        return list(chain.from_iterable(map(self._write_lot, lots_of(self._table, commits))))

    def _write(self, prepared: Prepared) -> None:
        with lost_races_as_conflicts():
            for write in prepared.first:
                self._client.put_item(**write["Put"])
            match prepared.together:
                case [{"Put": put}]:
                    self._client.put_item(**put)
                case [{"Update": update}]:
                    self._client.update_item(**update)
                case together:
                    self._client.transact_write_items(TransactItems=together)

    def _write_lot(self, lot: Sequence[Prepared]) -> list[bool]:
        if len(lot) > 1:
            together = [write for prepared in lot for write in prepared.together]
            with suppress(Conflict), lost_races_as_conflicts():
                self._client.transact_write_items(TransactItems=together)
                return [True] * len(lot)
        return [self._is_written(prepared) for prepared in lot]

    def _is_written(self, prepared: Prepared) -> bool:
        with suppress(Conflict):
            self._write(prepared)
            return True
        return False


def lots_of(table: str, commits: Iterable[Commit]) -> Iterator[list[Prepared]]:
    """Yield commits in lots of at most ``MAX_WRITES``; one with overflow legs, which are written first, by itself."""
    lot: list[Prepared] = []
    count = 0
    for prepared in (_prepared(table, commit) for commit in commits):
        if lot and (prepared.first or lot[-1].first or count + len(prepared.together) > MAX_WRITES):
            yield lot
            lot, count = [], 0
        lot.append(prepared)
        count += len(prepared.together)
    if lot:
        yield lot


def _prepared(table: str, commit: Commit) -> Prepared:
    return Prepared(commit, *writes(table, commit))
