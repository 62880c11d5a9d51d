"""What a reader pastes from a document prints what the document says, on the running stack."""

import io
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

import pytest

from local.seed import APP_KEY, APP_TOKEN
from testkit.api import Api, new_id
from tests.e2e.conftest import Account
from tests.support.examples import Example, examples, settled
from tests.template.cloudformation import CHECKOUT

PATIENCE_SECONDS = 30
LOCAL_API = "http://127.0.0.1:3000"
LOG_IN = "docs/tutorial.md"
WITH_LOG_IN = ("README.md", LOG_IN)
DOCUMENTS = (*WITH_LOG_IN, "docs/api.md", "docs/configuration.md", "docs/sandbox.md", "docs/settlement-reports.md")

Paste = Callable[[str], str]
"""Run a block, and return what it prints."""


@pytest.fixture
def here(open_account: Account) -> Callable[[str], str]:
    """Put an account of the reader's own, on the stack of the tests, in the place of what a document names."""
    api: Api = open_account()
    key, token = api.headers.values()
    places = {
        LOCAL_API: api.base_url,
        APP_TOKEN: token,
        APP_KEY: key,
        '"paymentId": "*"': f'"paymentId": "{new_id()}"',
        '"…"': '"any"',
        "https://pay.acme.example": f"{api.base_url}/sandbox-connector/acme",
        **{f"A{number:031}": new_id() for number in range(3)},
    }

    def put(text: str) -> str:
        for told, mine in places.items():
            text = text.replace(told, mine)
        return text

    return put


@contextmanager
def _shell() -> Iterator[Paste]:
    """A shell that stays, as a reader's does."""
    end = f"end-{new_id()}"
    environment = {**os.environ, "NO_PROXY": "*", "no_proxy": "*"}
    with subprocess.Popen(
        ["sh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        keys, screen = process.stdin, process.stdout

        def paste(block: str) -> str:
            keys.write(f"{block}\necho; echo {end}\n")
            keys.flush()
            return "".join(iter(screen.readline, f"{end}\n"))

        yield paste
        keys.close()


def _python() -> Paste:
    """An interpreter that stays."""
    names: dict[str, Any] = {}

    def paste(block: str) -> str:
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile(block, "document", "exec"), names)
        return printed.getvalue()

    return paste


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_is_pasted_prints_what_the_document_says(document: str, here: Callable[[str], str]) -> None:
    pasted = examples(CHECKOUT / document)
    with _shell() as shell:
        by_language = {"sh": shell, "python": _python()}
        if document not in WITH_LOG_IN:
            shell(here(examples(CHECKOUT / LOG_IN)[0].source))
        for example in pasted:
            _play(example, by_language[example.language], here)
    assert pasted


def _play(example: Example, paste: Paste, here: Callable[[str], str]) -> None:
    """Paste an example, again while it only reads and what it tells of is not there yet."""
    source, printed = here(example.source), ""
    said = None if example.prints is None else settled(here(example.prints))

    def prints() -> bool:
        nonlocal printed
        printed = paste(source)
        return settled(printed) == said if said is not None else '"error"' not in printed

    deadline = time.monotonic() + (PATIENCE_SECONDS if example.only_reads else 0)
    while not prints():
        assert time.monotonic() < deadline, f"{source}\nprinted\n{printed}\nnot\n{example.prints}"
        time.sleep(0.3)
