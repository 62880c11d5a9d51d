"""What a local stack keeps on disk: entries whole or not at all, and one save that counts."""

from pathlib import Path

import pytest

from local import saved_state
from local.journal import Journal, cut_off_the_rest, entries
from local.saved_state import Found


def written(file: Path, *texts: str) -> bytes:
    """A journal with entries; return its bytes."""
    journal = Journal(file)
    for text in texts:
        journal.append(text)
    journal.flush()
    journal.close()
    return file.read_bytes()


def test_every_cut_of_a_journal_leaves_whole_entries_and_can_be_written_on(tmp_path: Path) -> None:
    file = tmp_path / "journal"
    texts = ['{"writes":[1]}', "", '{"é":"\\n"}']
    whole = written(file, *texts)
    ends = [position + 1 for position, byte in enumerate(whole) if byte == ord("\n")]
    for length in range(len(whole) + 1):
        file.write_bytes(whole[:length])
        count = sum(end <= length for end in ends)

        assert cut_off_the_rest(file) == (count, length - ([0, *ends][count]))
        written(file, "next")
        assert list(entries(file)) == [*texts[:count], "next"]


@pytest.mark.parametrize("damaged", range(3))
def test_nothing_after_a_damaged_entry_is_played(tmp_path: Path, damaged: int) -> None:
    file = tmp_path / "journal"
    lines = written(file, "one", "two", "three").splitlines(keepends=True)
    lines[damaged] = lines[damaged].replace(b"e", b"E").replace(b"o", b"O")
    file.write_bytes(b"".join(lines))

    assert list(entries(file)) == ["one", "two", "three"][:damaged]


def test_no_journal_is_an_empty_one(tmp_path: Path) -> None:
    assert list(entries(tmp_path / "journal")) == []
    assert cut_off_the_rest(tmp_path / "journal") == (0, 0)


def a_save(state: Path, content: str) -> Path:
    """A complete save that nobody has named."""
    save = saved_state.next_save(state)
    (save / "dynamodb.json").write_text(content)
    return save


def test_save_counts_from_when_it_is_named(tmp_path: Path) -> None:
    first = a_save(tmp_path, "first")
    assert saved_state.current(tmp_path) is None
    saved_state.let_it_count(first)
    written(saved_state.journal_of(first), "a")

    second = a_save(tmp_path, "second")
    assert saved_state.current(tmp_path) == first
    assert saved_state.recover(tmp_path) == Found(entries=1, cut_off=0)
    assert not second.exists(), "it was cut off"

    second = a_save(tmp_path, "second")
    saved_state.let_it_count(second)
    assert saved_state.current(tmp_path) == second
    assert not first.exists()
    assert str(saved_state.recover(tmp_path)) == ""


def test_first_save_that_was_cut_off_is_an_empty_start(tmp_path: Path) -> None:
    a_save(tmp_path, "half")

    assert saved_state.recover(tmp_path) == Found(0, 0)
    assert saved_state.current(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    assert saved_state.recover(tmp_path / "missing") == Found(0, 0)


def test_what_was_found_is_told(tmp_path: Path) -> None:
    save = a_save(tmp_path, "{}")
    saved_state.let_it_count(save)
    with saved_state.journal_of(save).open("wb") as journal:
        journal.write(b"0badc0de half")

    assert str(saved_state.recover(tmp_path)) == (
        "The local AWS did not stop by itself. Its 0 writes since it last saved are here. "
        "The one that was being written is left out."
    )


def test_state_of_before_there_were_saves_is_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "dynamodb.json").write_text("held")
    (tmp_path / "lambda-blobs").mkdir()

    assert saved_state.recover(tmp_path) == Found(0, 0)

    save = saved_state.current(tmp_path)
    assert save is not None
    assert (save / "dynamodb.json").read_text() == "held"
    assert (tmp_path / "lambda-blobs").exists()
    assert not (tmp_path / "dynamodb.json").exists()
