"""What pages load is served from here: the console's own files, and vendored ones as their authors published them."""

import hashlib
import re

import pytest

from settlement.console.assets import STATIC, asset, asset_url, vendored

OWN = {"console.css", "console.js", "mark.svg", "reference.css", "reference.js", "upload.js"}
LICENCES = {"0BSD", "Apache-2.0", "MIT"}


def test_every_file_is_our_own_or_told_with_its_source() -> None:
    assert {file.name for file in STATIC.iterdir()} - {"vendored.json"} == OWN | set(vendored())


@pytest.mark.parametrize("name", vendored())
def test_vendored_file_is_the_published_one(name: str) -> None:
    told = vendored()[name]

    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == told["sha256"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", told["version"])
    assert told["licence"] in LICENCES
    assert told["version"] in told["source"]


def test_address_of_a_file_changes_with_its_content() -> None:
    name = "console.css"

    assert asset_url("/v1", name).endswith(hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12])


@pytest.mark.parametrize("name", ["vendored.json", "..", "", "console.css/", "../site.py"])
def test_nothing_else_is_served(name: str) -> None:
    assert asset(name) is None


def test_own_files_load_nothing_from_elsewhere() -> None:
    for name in OWN:
        text = (STATIC / name).read_text(encoding="utf-8")
        assert not re.search(r"(?:url\(|import\s|fetch\(|https?://(?!www\.w3\.org/2000/svg))", text), name
