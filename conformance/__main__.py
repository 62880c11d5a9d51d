"""Plays the cases against a connector and reports the verdict of each."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from conformance.callbacks import Callbacks
from conformance.case import Result, Verdict
from conformance.files import as_html, as_junit
from conformance.options import Options, read_options
from conformance.report import Report
from conformance.run import CASES, Unreachable, named, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the kit; exit code 0 if no case failed, 1 if one did, 2 if nothing could be played."""
    options = read_options(sys.argv[1:] if arguments is None else arguments)
    if options.only_list:
        for case in CASES:
            print(f"{case.name}: {' '.join(case.shows.split())}")
        return 0
    try:
        return _play(options)
    except (Unreachable, OSError) as fault:
        print(f"Nothing could be played: {fault}", file=sys.stderr)
        return 2


def _play(options: Options) -> int:
    setup = options.setup
    connector, credentials = setup.connector, setup.credentials
    given = (value for _, value in setup.settings)
    secrets = credentials.app_key, credentials.app_token, *setup.cards.values(), *given
    report = Report(connector.service_url, secrets)

    def tell(result: Result) -> None:
        print("\n".join(report.lines(result)), flush=True)

    for file in (options.json_file, options.junit_file, options.html_file):
        if file is not None:
            file.touch()
    print(f"Payment Provider Protocol at {connector.service_url}\n", flush=True)
    with Callbacks(*options.callback_listen, options.callback_url) as callbacks:
        results = run(setup, callbacks, named(options.cases), tell)
    print("\n".join(report.summary(results)))
    _write(options, report.as_json(results))
    return 1 if any(result.verdict is Verdict.FAILED for result in results) else 0


def _write(options: Options, results: dict[str, object]) -> None:
    if options.json_file is not None:
        text = json.dumps(results, ensure_ascii=False, indent=2)
        options.json_file.write_text(f"{text}\n", encoding="utf-8", errors="backslashreplace")
    if options.junit_file is not None:
        options.junit_file.write_text(as_junit(results), encoding="utf-8", errors="backslashreplace")
    if options.html_file is not None:
        options.html_file.write_text(as_html(results), encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
