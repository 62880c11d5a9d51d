"""The names that a query may have."""

from collections.abc import Collection, Mapping

from settlement.domain.errors import InvalidRequest

ACCOUNT_PARAMETERS = ("an", "accountName")
"""What may name the account of the app key, on every route."""


def require_known(query: Mapping[str, str], known: Collection[str]) -> None:
    """Check that a list knows every parameter of its query; raises ``InvalidRequest`` for the first that it does not.

    What is ignored filters nothing, and its sender would take the whole list for a part of it.
    """
    for name in sorted(query.keys() - {*known, *ACCOUNT_PARAMETERS}):
        raise InvalidRequest(f"{name[:80]}: is no parameter of this list, which has {', '.join(known) or 'none'}")
