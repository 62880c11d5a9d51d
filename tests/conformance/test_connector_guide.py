"""The connector in docs/connector-guide.md runs as it is printed, and passes the kit."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from socket import socket
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from conformance.__main__ import main
from tests.support.examples import examples
from tests.support.headings import ROOT

NOT_IN_IT = {"bank-invoice", "redirect", "inbound"}


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The connector of the guide, at this address."""
    (program,) = examples(ROOT / "docs" / "connector-guide.md")
    file = tmp_path / "connector.py"
    file.write_text(program.source, encoding="utf-8")
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen([sys.executable, str(file), str(port)]) as process:
        _wait_for(f"{address}/manifest")
        yield address
        process.terminate()


def test_connector_of_the_guide_passes_every_case_that_applies(url: str, tmp_path: Path) -> None:
    results = tmp_path / "results.json"

    code = main([url, "--json", str(results)])

    cases = json.loads(results.read_text(encoding="utf-8"))["cases"]
    assert {case["name"]: case["reason"] for case in cases if case["outcome"] == "failed"} == {}
    assert {case["name"] for case in cases if case["outcome"] == "not applicable"} == NOT_IN_IT
    assert code == 0


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            urlopen(address, timeout=5).close()
        except URLError:
            assert time.monotonic() < deadline, f"nothing answers at {address}"
            time.sleep(0.05)
        else:
            return
