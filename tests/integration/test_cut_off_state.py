"""A stop that was cut off while the local AWS saved its state: half of a state is never started with."""

from pathlib import Path

import pytest

from local.emulator import set_half_a_state_aside
from local.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A stack's folder with a state in it."""
    settings = Settings(tmp_path, 3000, None)
    settings.state_directory.mkdir()
    (settings.state_directory / "dynamodb.json").write_text("{}")
    return settings


def test_whole_state_is_started_with(settings: Settings) -> None:
    set_half_a_state_aside(settings)
    assert (settings.state_directory / "dynamodb.json").exists()


def test_half_a_state_is_kept_aside(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    for half in ("first", "second"):
        settings.state_directory.mkdir(exist_ok=True)
        (settings.state_directory / "lambda.json").write_text(half)
        settings.saving_file.touch()

        set_half_a_state_aside(settings)

        assert not settings.state_directory.exists()
        assert (settings.directory / "state-cut-off" / "lambda.json").read_text() == half
        assert "state-cut-off" in capsys.readouterr().out
        set_half_a_state_aside(settings)
        assert (settings.directory / "state-cut-off").exists()


def test_cut_off_first_start_is_no_trouble(tmp_path: Path) -> None:
    settings = Settings(tmp_path, 3000, None)
    settings.saving_file.touch()
    set_half_a_state_aside(settings)
    assert not settings.saving_file.exists()
