"""Every rule that code, tests, template and workflow cite has a heading in the documents."""

import re
from pathlib import Path

import pytest

from tests.support.citations import citations, cited_in, rules, sources
from tests.support.headings import ROOT, documents, section

REQUIREMENTS = [f"R{number}" for number in range(1, 37)]
CONTRACT = ROOT / "docs" / "contract.md"


def test_every_citation_has_a_heading() -> None:
    assert [citation.place for citation in citations() if citation.text not in rules()] == []


def test_documents_cite_sections_that_exist() -> None:
    cited = {(path.name, text) for path in documents() for text in cited_in(path.read_text(encoding="utf-8"))}
    assert {(name, text) for name, text in cited if "§" in text and text not in rules()} == set()


def test_contract_has_every_requirement() -> None:
    assert [rule for rule in REQUIREMENTS if rule not in rules()] == []


def test_every_requirement_is_cited_by_a_test_and_by_the_code() -> None:
    in_tests = {cited.text for cited in citations() if "tests" in cited.file.relative_to(ROOT).parts}
    in_code = {cited.text for cited in citations() if "layers" in cited.file.relative_to(ROOT).parts}
    assert [rule for rule in REQUIREMENTS if rule not in in_tests] == []
    assert [rule for rule in REQUIREMENTS if rule not in in_code] == []


def test_known_issues_that_tests_are_named_after_are_told_of() -> None:
    told = set(re.findall(r"KI (\d+)", section(CONTRACT, "7")))
    tests = [path for path in sources() if path.name.startswith("test_known_issues")]
    named = {number for path in tests for number in re.findall(r"def test_ki_(\d+)", path.read_text(encoding="utf-8"))}
    assert named
    assert named <= told


@pytest.mark.parametrize(
    ("prose", "cited"),
    [
        ("as it says (C§4.3, R24)", ["C§4.3", "R24"]),
        ("(A§3.6 to A§3.8, D12)", ["A§3.6", "A§3.8", "D12"]),
        ("R33 to R36", ["R33", "R36", "R34", "R35"]),
        ("of old: §3.6", ["§3.6"]),
        ("KI 605517 and § alone", ["§", "KI 605517"]),
        ("UR14, R14x, LINE-R1", []),
    ],
)
def test_citations_are_seen(prose: str, cited: list[str]) -> None:
    assert list(cited_in(prose)) == cited


@pytest.mark.parametrize("text", ["C§9.99", "A§3.99", "R99", "D999", "§3.6", "KI 605517"])
def test_citation_of_nothing_is_told(text: str) -> None:
    assert text not in rules()


def test_sources_are_found() -> None:
    names = {str(path.relative_to(ROOT)) for path in sources()}
    assert {"template.yaml", "Makefile", "workflows/settlement.asl.yaml", "functions/authorizer/app.py"} <= names
    assert not any(Path(name).parts[0].startswith(".venv") for name in names)
