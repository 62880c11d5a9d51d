"""What the scan for secrets reads: the files that git tracks, and nothing that a run leaves in the checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import vet


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(vet, "CHECKOUT", tmp_path)
    (tmp_path / "tracked.py").write_text("")
    (tmp_path / "removed.py").write_text("")
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "untracked").write_text("")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "tracked.py", "removed.py"], cwd=tmp_path, check=True)
    (tmp_path / "removed.py").unlink()
    return tmp_path


def test_the_scanner_is_told_which_files_to_read(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[tuple[str, ...]] = []

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0, '{"results": {}}', "")

    monkeypatch.setattr(vet, "_run", run)

    assert vet._secrets() == 0
    assert [word for word in commands[0] if (checkout / word).exists()] == ["tracked.py"]
