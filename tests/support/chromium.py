"""Debian's Chromium, driven by Playwright; a machine without it skips what needs it, and says so."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")


def path_of_chromium() -> str | None:
    """Return where Chromium is installed, None if it is not."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


needs_chromium = pytest.mark.skipif(path_of_chromium() is None, reason="no Chromium")


@contextmanager
def chromium() -> "Iterator[Browser]":
    """Run Chromium without a window; what it shows is as on a screen of one pixel per pixel."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Without its sandbox, since tests may run as root, and without /dev/shm, which containers keep small.
        browser = playwright.chromium.launch(
            executable_path=path_of_chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()
