"""A settlement report of orders in the stack's AWS is taken whole, by the measurement of ``make bench-reconcile``."""

import json
from pathlib import Path

from bench.figures import Figures
from bench.reconcile import is_good, measure, measure_stages, show
from operations.running_stack import Facts

SMALL, LARGE = 300, 1_500


def test_report_of_five_times_the_lines_takes_no_more_memory(facts: Facts, tmp_path: Path) -> None:
    runs = measure(facts, [LARGE, SMALL])

    figures = Figures()
    show(runs, figures)
    assert [run.outcome for run in runs] == [0, 0]
    assert SMALL <= runs[0].lines < LARGE <= runs[1].lines
    assert is_good(runs), runs
    figures.write(tmp_path / "figures.json")
    told = json.loads((tmp_path / "figures.json").read_text())
    assert told[f"lines_{runs[0].lines}_peak_mib"]["unit"] == "MiB"


def test_workflow_takes_an_uploaded_file_whole(facts: Facts) -> None:
    [run] = measure_stages(facts, [SMALL])

    assert run.outcome == 0
    assert run.lines >= SMALL
    assert is_good([run]), run
