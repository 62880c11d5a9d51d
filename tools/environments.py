"""Creates virtual environments from lock files, again only after the lock file or the interpreter has changed.

python3 -m tools.environments dev local sam
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from local import lock
from local.progress import StackError, say, step, tail

_CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Environment:
    """A folder with an interpreter and exactly the packages of a lock file."""

    folder: Path
    lock: Path
    holds: str
    about: str


ENVIRONMENTS = {
    "dev": Environment(_CHECKOUT / ".venv", _CHECKOUT / "requirements" / "dev.txt", "the development tools", "30 s"),
    "local": Environment(
        _CHECKOUT / ".local" / "venv-local", _CHECKOUT / "requirements" / "local.txt", "the local AWS", "25 s"
    ),
    "conformance": Environment(
        _CHECKOUT / ".local" / "venv-conformance",
        _CHECKOUT / "layers" / "dependencies" / "requirements.txt",
        "what calls connectors",
        "10 s",
    ),
    "books": Environment(
        _CHECKOUT / ".local" / "venv-books", _CHECKOUT / "requirements" / "books.txt", "what reads the journal", "10 s"
    ),
    "vet": Environment(
        _CHECKOUT / ".local" / "venv-vet", _CHECKOUT / "requirements" / "vet.txt", "the auditors", "20 s"
    ),
    "checkov": Environment(
        _CHECKOUT / ".local" / "venv-checkov",
        _CHECKOUT / "requirements" / "checkov.txt",
        "the scanner of the template",
        "60 s",
    ),
    "docs": Environment(
        _CHECKOUT / ".local" / "venv-docs", _CHECKOUT / "requirements" / "docs.txt", "what builds the site", "20 s"
    ),
    "sam": Environment(
        _CHECKOUT / ".local" / "venv-sam", _CHECKOUT / "requirements" / "sam.txt", "the AWS SAM CLI", "40 s"
    ),
}


def main() -> int:
    """Ensure each named environment; exit code 0 if all are complete and current."""
    try:
        with ThreadPoolExecutor() as pool:
            list(pool.map(ensure, (ENVIRONMENTS[name] for name in sys.argv[1:])))
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def ensure(environment: Environment) -> None:
    """Make the environment complete and current; raises ``StackError``, and leaves none, if that fails.

    Of several processes at once, one installs it and the others wait.
    """
    wanted = hashlib.sha256(sys.version.encode() + environment.lock.read_bytes()).hexdigest()
    if _is_current(environment, wanted):
        return
    turn = _CHECKOUT / ".local" / f"installing{environment.folder.name.removeprefix('.').removeprefix('venv')}"
    with lock.in_turn(turn, lambda: say(f"  another process is installing {environment.holds}; waiting for it …")):
        if not _is_current(environment, wanted):
            _install(environment, wanted)


def _is_current(environment: Environment, wanted: str) -> bool:
    stamp = environment.folder / "installed"
    return stamp.exists() and stamp.read_text(encoding="utf-8") == wanted


def _install(environment: Environment, wanted: str) -> None:
    with step(f"installing {environment.holds} into {environment.folder.relative_to(_CHECKOUT)}",
              about=environment.about):  # fmt: skip
        shutil.rmtree(environment.folder, ignore_errors=True)
        environment.folder.parent.mkdir(parents=True, exist_ok=True)
        log = environment.folder.with_name(f"{environment.folder.name}.log")
        _run([sys.executable, "-m", "venv", str(environment.folder)], log, _NO_VENV)
        _run(
            [str(environment.folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input",
             "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--require-hashes",
             "-r", str(environment.lock)],
            log, "The installation failed.",
        )  # fmt: skip
        log.unlink()
    (environment.folder / "installed").write_text(wanted, encoding="utf-8")


_NO_VENV = "This Python cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv"


def _run(command: list[str], log: Path, message: str) -> None:
    with log.open("wb") as output:
        code = subprocess.call(command, stdout=output, stderr=subprocess.STDOUT)
    if code:
        raise StackError(f"{message}\nThe end of {log}:\n{tail(log)}")


if __name__ == "__main__":
    sys.exit(main())
