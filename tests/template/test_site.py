"""The site has every document once, with links between its pages and anchors as in the repository."""

import re
from pathlib import Path

import pytest

from tests.support.headings import anchors, documents, headings
from tests.template.cloudformation import CHECKOUT
from tools import site

MKDOCS = (CHECKOUT / "mkdocs.yml").read_text(encoding="utf-8")


def test_every_document_is_a_page_of_the_menu() -> None:
    pages = {name for path, name in site.sources().items() if path.suffix == ".md"}
    assert {path for path in site.sources() if path.suffix == ".md"} == set(documents())
    assert sorted(re.findall(r"(?m)^ +- [\w' ]+: ([\w.-]+\.md)$", MKDOCS)) == sorted(pages)


def test_pages_link_to_pages(tmp_path: Path) -> None:
    site.lay_out(tmp_path)
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} == set(
        site.sources().values()
    )
    assert "](tutorial.md)" in (tmp_path / "index.md").read_text(encoding="utf-8")
    assert "](SECURITY.md)" in (tmp_path / "index.md").read_text(encoding="utf-8")


def test_link_to_no_page_is_told() -> None:
    with pytest.raises(LookupError, match=r"README.md links to nowhere.md"):
        site.linked("see [this](nowhere.md#there)", CHECKOUT / "README.md", site.sources())


def test_examples_stay_as_they_are() -> None:
    text = "```sh\n[a](nowhere.md)\n```\n"
    assert site.linked(text, CHECKOUT / "README.md", site.sources()) == text


def test_anchors_of_the_site_are_those_of_the_repository() -> None:
    for document in documents():
        told = {site.slug(text, "-") for _, text, _ in headings(document)}
        assert told == anchors(document), document.name


def test_a_link_that_leads_nowhere_fails_the_build() -> None:
    assert "strict: true" in MKDOCS
    assert re.findall(r"(?m)^    (\w+): (\w+)$", MKDOCS.partition("validation:")[2].partition("\nmarkdown")[0]) == [
        ("omitted_files", "warn"), ("not_found", "warn"), ("absolute_links", "warn"),
        ("not_found", "warn"), ("anchors", "warn"), ("absolute_links", "warn"), ("unrecognized_links", "warn"),
    ]  # fmt: skip
    assert "--quiet" not in Path(site.__file__).read_text(encoding="utf-8")
