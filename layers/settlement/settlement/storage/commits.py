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
class Lot:
    """Commits with all their writes."""

    commits: "tuple[Commit, ...]" = ()
    writes: "tuple[TransactWriteItemTypeDef, ...]" = ()


class Commits(Table):
    """The writes of commits."""

    def commit(self, commit: Commit) -> None:
        """Write the whole commit, or raise ``Conflict``; then nothing of it is visible."""
        first, to_do = writes(self._table, commit)
        with lost_races_as_conflicts():
            for write in first:
                self._client.put_item(**write["Put"])
            match to_do:
                case [{"Put": put}]:
                    self._client.put_item(**put)
                case [{"Update": update}]:
                    self._client.update_item(**update)
                case _:
                    self._client.transact_write_items(TransactItems=to_do)

    def commit_each(self, commits: Sequence[Commit]) -> list[bool]:
        """Write commits, in as few transactions as they fit into; one that meets a lost race is written one by one."""
        return list(chain.from_iterable(map(self._commit_lot, lots_of(self._table, commits))))

    def _commit_lot(self, lot: Lot) -> list[bool]:
        if len(lot.commits) > 1:
            with suppress(Conflict), lost_races_as_conflicts():
                self._client.transact_write_items(TransactItems=list(lot.writes))
                return [True] * len(lot.commits)
        return [self._is_written(commit) for commit in lot.commits]

    def _is_written(self, commit: Commit) -> bool:
        with suppress(Conflict):
            self.commit(commit)
            return True
        return False


def lots_of(table: str, commits: Iterable[Commit]) -> Iterator[Lot]:
    """Yield commits in lots of at most ``MAX_WRITES``; one with overflow legs, which are written first, by itself."""
    lot = Lot()
    for commit in commits:
        first, rest = writes(table, commit)
        if first or len(lot.writes) + len(rest) > MAX_WRITES:
            yield lot
            lot = Lot()
        lot = Lot((*lot.commits, commit), (*lot.writes, *rest))
        if first:
            yield lot
            lot = Lot()
    yield lot
