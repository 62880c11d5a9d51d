"""What tests of failing connectors share."""

from datetime import timedelta

from testkit.shop import Shop

HOUR = timedelta(hours=1)


def give_up(shop: Shop) -> None:
    """Let the 24 hours of retries pass."""
    shop.pass_time(timedelta(hours=26))
