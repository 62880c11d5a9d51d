"""Logs: whatever gets into a line, persons, cards and signatures are masked; ids and numbers are not."""

import json
import logging
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.privacy.masking import masked
from settlement.logs import new_logger

PERSONAL = [
    "maria.silva+shop@mail.example",
    "Maria@Example.com.br",
    "529.982.247-25",
    "52998224725",
    "11.222.333/0001-81",
    "11222333000181",
    "4444333322221111",
    "maria%40mail.example",
    "joão@exämple.com",
    "529982247-25",
    "529 982 247 25",
    "11.222.333\\/0001-81",
    "12.ABC.345/01DE-35",
    "12ABC34501DE35",
    "12abc34501de35",
]
KEPT = [
    "1172452900788-01",
    "A0000000000000000000000000000001",
    "d51a68f8-b3db-51dd-a20b-ae29fdd8e94b",
    "1772452900788",
    "52998224724",
    "2026-11-26T12:23:43.754000Z",
    "arn:aws:lambda:eu-west-1:123456789012:function:quita-due-work",
    "12ABC34501DE36",
    "7891234567895",
    "17891234567892",
    "@",
    "a@b",
]


@pytest.mark.parametrize("text", PERSONAL)
def test_personal_data_is_masked_in_any_text(text: str) -> None:
    for around in ("{}", "told {}, then", "({})", "'{}'", "document:{}", "x={};"):
        assert masked(around.format(text)) == around.format("***")


@pytest.mark.parametrize("text", KEPT)
def test_ids_and_times_stay(text: str) -> None:
    assert masked(f"of {text}, ok") == f"of {text}, ok"


def test_signature_of_a_callback_is_masked() -> None:
    url = "https://quita.example/callback?accountName=demo&X-VTEX-signature=0A1B2C"
    assert masked(url) == url.replace("0A1B2C", "***")


@given(st.text(max_size=200))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert masked(masked(text)) == masked(text)


def test_long_text_is_masked_in_no_time() -> None:
    assert masked("a" * 300_000) == "a" * 300_000


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Log something, and return the lines as JSON."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "masking")
    out = StringIO()
    logger = new_logger()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logger.registered_formatter)
    monkeypatch.setattr(logger.registered_handler, "stream", out)

    def log(text: str) -> list[Any]:
        logger.append_keys(account="demo", order="1172452900788-01")
        logger.info(f"told {text}", words=[text, {"deep": text}], number=52998224725)
        try:
            raise ValueError(text)
        except ValueError:
            logger.exception("failed")
        return [json.loads(line) for line in out.getvalue().splitlines()]

    return log


@pytest.mark.parametrize("text", PERSONAL)
def test_no_log_line_tells_of_a_person(lines: Any, text: str) -> None:
    found = lines(text)

    assert len(found) == 2
    assert text not in json.dumps(found[0] | {"number": None}) + json.dumps(found[1])
    assert (found[0]["order"], found[0]["number"], found[0]["message"]) == ("1172452900788-01", 52998224725, "told ***")
