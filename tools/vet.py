"""Searches for vulnerable packages, dangerous code, and secrets in the sources.

Exit code 0 if all three checks find nothing. Exceptions are in `pyproject.toml` and here, each with its reason.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from local.progress import say
from local.settings import CHECKOUT

TOOLS = Path(sys.executable).parent
GIT = shutil.which("git") or "git"
LOCKS = (
    "layers/console/requirements.txt",
    "layers/dependencies/requirements.txt",
    "requirements/dev.txt",
    "requirements/docs.txt",
    "requirements/local.txt",
    "requirements/sam.txt",
)
CODE = ("layers/settlement/settlement", "functions", "operations", "conformance", "local", "tools")
GUESSING = ("Base64HighEntropyString", "HexHighEntropyString", "KeywordDetector")
"""Detectors that are off: they report anything random or named a token. The others know the forms of secrets."""

UNREACHABLE = "Dependency not found on PyPI and could not be audited"


def main() -> int:
    """Run all three checks, even if one of them finds something."""
    return max(_packages(), _code(), _secrets())


def _packages() -> int:
    """Check the locked packages against the public advisories; report it if the index has none."""
    known, unknown = 0, 0
    failed = 0
    for lock in LOCKS:
        words = ["--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off", "-r", lock]
        done = _run("pip-audit", *words)
        try:
            packages = json.loads(done.stdout)["dependencies"]
        except (ValueError, KeyError):
            say(f"pip-audit of {lock} did not end: {done.stderr.strip()[-300:]}")
            return 1
        known += sum("vulns" in package for package in packages)
        unknown += sum(UNREACHABLE in package.get("skip_reason", "") for package in packages)
        for package in packages:
            for found in package.get("vulns", ()):
                failed = 1
                name = f"{package['name']} {package['version']}"
                say(f"{lock}: {name} has {found['id']}; fixed in {found['fix_versions']}")
    if not known:
        say("skipped: no advisories can be reached from here, so the packages were not looked up")
        return 0
    say(f"pip-audit: {known} locked packages looked up, {unknown} unknown to the index")
    return failed


def _code() -> int:
    done = _run("bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive", *CODE)
    say(done.stdout.strip() or "bandit: nothing found")
    return done.returncode


def _secrets() -> int:
    """Scan every tracked file; a scan that does not end is made once more, and then reported as a failure."""
    unwanted = [word for name in GUESSING for word in ("--disable-plugin", name)]
    for _ in range(2):
        done = _run("detect-secrets", "scan", *unwanted, *_tracked_files())
        if done.returncode == 0 and done.stdout:
            break
        say(f"detect-secrets did not end: exit code {done.returncode}; {done.stderr.strip()[-300:]}")
    else:
        return 1
    found = json.loads(done.stdout)["results"]
    for file, secrets in found.items():
        say(f"{file}: {', '.join(sorted({secret['type'] for secret in secrets}))}")
    say("detect-secrets: " + (f"{len(found)} files with secrets" if found else "nothing found"))
    return 1 if found else 0


def _tracked_files() -> list[str]:
    """Name the files to scan. Left alone, the scanner also walks `.local`, where images are made."""
    listed = subprocess.run([GIT, "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name and (CHECKOUT / name).is_file()]


def _run(tool: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(TOOLS / tool), *words], cwd=CHECKOUT, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
