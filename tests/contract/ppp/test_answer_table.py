"""docs/answers.md, row by row: the real client against a server that answers like this."""

import re

import pytest

from tests.contract.ppp.answer_rows import SECTIONS, Row, Sent
from tests.contract.ppp.provider import AUTHORISE, Provider, client, move
from tests.support.headings import ROOT

ROWS = [row for rows in SECTIONS.values() for row in rows]
PATIENCE_SECONDS = 60
DOCUMENT = (ROOT / "docs" / "answers.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("row", "sent"),
    [
        pytest.param(row, sent, id=f"{row.call}: {row.form} {place}")
        for row in ROWS
        for place, sent in enumerate(row.forms)
    ],
)
def test_answer_means_what_the_document_says(provider: Provider, row: Row, sent: Sent) -> None:
    provider.respond = sent(provider)
    seconds = 0.5 if row.form == "nothing" else PATIENCE_SECONDS

    if row.call == "create":
        outcome: object = client(seconds).authorise(provider.connector, AUTHORISE)
    else:
        outcome = move(provider, row.call, seconds)

    assert row.meaning.holds(outcome), outcome  # type: ignore[arg-type]


@pytest.mark.parametrize("section", SECTIONS)
def test_document_has_every_row_and_no_other(section: str) -> None:
    text = DOCUMENT.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    rows = [tuple(cell.strip() for cell in line.strip("| ").split(" | ")) for line in re.findall(r"(?m)^\| .*", text)]

    assert rows[0] == ("call", "answer", "meaning")
    assert rows[2:] == [(row.call, row.form, row.meaning.words) for row in SECTIONS[section]]
