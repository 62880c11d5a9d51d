"""Plays the cases against a connector and reports the verdict of each."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from conformance.callbacks import Callbacks
from conformance.case import Result, Verdict
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
    report = Report(connector.service_url, (credentials.app_key, credentials.app_token, *setup.cards.values()))

    def tell(result: Result) -> None:
        print("\n".join(report.lines(result)), flush=True)

    if options.json_file is not None:
        options.json_file.touch()
    print(f"Payment Provider Protocol at {connector.service_url}\n", flush=True)
    with Callbacks(*options.callback_listen, options.callback_url) as callbacks:
        results = run(setup, callbacks, named(options.cases), tell)
    print("\n".join(report.summary(results)))
    if options.json_file is not None:
        text = json.dumps(report.as_json(results), ensure_ascii=False, indent=2)
        options.json_file.write_text(f"{text}\n", encoding="utf-8")
    return 1 if any(result.verdict is Verdict.FAILED for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
