"""What tests without a stack share."""

from typing import TYPE_CHECKING

import pytest

from testkit.shop import Shop

if TYPE_CHECKING:
    from tests.support.console import Browser


@pytest.fixture
def browser(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> "Browser":
    """A browser that is signed in to the console."""
    from tests.support.console import Browser  # most tests go without the console

    browser = Browser(shop, monkeypatch)
    browser.sign_in()
    return browser
