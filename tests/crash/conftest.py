"""What the tests of crashes share."""

import os
from collections.abc import Callable, Iterator

import pytest
from moto import mock_aws

from tests.conftest import COUNTED
from tests.support.tables import MotoTable, Table

LONG = os.environ.get("QUITA_LONG") == "1"

Tell = Callable[..., None]


@pytest.fixture
def make_table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Table]]:
    """Make a table of the real store, in the place of the one before."""
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "us-east-1")
    tables: list[MotoTable] = []

    def make() -> Table:
        if tables:
            tables[-1].drop()
        tables.append(MotoTable())
        return tables[-1]

    with mock_aws():
        yield make


@pytest.fixture
def tell_count(record_property: Callable[[str, object], None]) -> Tell:
    """Note how many points a test found and how many runs it made; the sums are printed at the end."""
    return lambda **counts: record_property(COUNTED, counts)
