"""Holds what checkov finds in the template against what SECURITY.md accepts, each with its reason.

Exit code 0 if both agree: a finding that is not accepted fails, and so does an acceptance of what is found no more.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.progress import say
from local.settings import CHECKOUT

CHECKOV = Path(sys.executable).parent / "checkov"
SECURITY = CHECKOUT / "SECURITY.md"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A check that fails on a resource."""

    check: str
    type: str
    resource: str

    @property
    def names(self) -> set[tuple[str, str]]:
        """What accepts it: the check on the resource, or on all of its type."""
        return {(self.check, self.resource), (self.check, self.type)}


_ACCEPTED = re.compile(r"^\| `(?P<check>CKV2?_AWS_\d+)` \| (?P<of>(?:`[\w:]+`(?:, )?)+) \| (?P<reason>[^|]+) \|$", re.M)


def main() -> int:
    """Run the check."""
    found = findings(_scanned())
    accepted = accepted_in(SECURITY.read_text(encoding="utf-8"))
    left = [held for held in sorted(found) if not held.names & accepted]
    unused = accepted - {name for held in found for name in held.names}
    for held in left:
        say(f"checkov: {held.check} on {held.resource} ({held.type}) is neither mended nor accepted in SECURITY.md")
    for check, of in sorted(unused):
        say(f"SECURITY.md: {check} of {of} is accepted, and not found")
    say(f"checkov: {len(found)} findings, {len(left)} of them not accepted")
    return int(bool(left or unused))


def findings(report: Any) -> set[Finding]:
    """Return what a report of checkov has; raises ``ValueError`` if the template was not read."""
    summary = report.get("summary", {}) if isinstance(report, dict) else {}
    if summary.get("parsing_errors") != 0 or not summary.get("resource_count"):
        raise ValueError(f"checkov did not read the template: {summary}")
    failed = report["results"]["failed_checks"]
    return {Finding(check["check_id"], *check["resource"].rsplit(".", 1)) for check in failed}


def accepted_in(text: str) -> set[tuple[str, str]]:
    """Return the checks that the table of SECURITY.md accepts, each with a resource or a type of resources."""
    return {(row["check"], name) for row in _ACCEPTED.finditer(text) for name in re.findall(r"`([\w:]+)`", row["of"])}


def _scanned() -> Any:
    """Have the template scanned, without asking anybody outside."""
    words = ["--framework", "cloudformation", "--file", "template.yaml", "--output", "json", "--quiet"]
    command = [str(CHECKOV), *words, "--compact", "--skip-download"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise SystemExit(f"checkov did not end: exit code {done.returncode}; {done.stderr.strip()[-300:]}") from None


if __name__ == "__main__":
    sys.exit(main())
