"""A stack of its own that is killed while it answers: what was answered is there when it goes on, and agrees."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from local import lifecycle, lock, saved_state
from local.ports import any_free
from local.seed import APP_KEY, APP_TOKEN
from local.settings import StackSettings, read_settings
from operations.running_stack import Facts
from testkit.api import Api
from testkit.bodies import Payment, invoice_body, order_body
from testkit.merchant import Merchant, settle
from tests.support.affiliations import PPP, affiliation_body
from tests.template.cloudformation import CHECKOUT

pytestmark = [pytest.mark.own_stack, pytest.mark.timeout(1200)]

PYTHON = str(CHECKOUT / ".local" / "venv-local" / "bin" / "python")
ENOUGH = 12
WRITERS = 3
CUTS = 5
"""How often a save is cut off at most: on a busy machine it can be whole before its emulator is killed."""
ORDERS = "/api/oms/pvt/orders"


class Stack:
    """A local stack in a folder of its own, which takes over what was built for the one of the other tests."""

    def __init__(self, folder: Path) -> None:
        self.settings = StackSettings(folder, any_free(), None)
        self._environment = os.environ | {"QUITA_LOCAL_DIR": str(folder), "PORT": str(self.settings.port)}
        built = read_settings().directory
        if (built / "built").exists():
            shutil.copytree(built / "build", folder / "build")
            shutil.copy2(built / "built", folder / "built")

    def run(self, *words: str) -> str:
        """Run a command of the local stack that has to succeed; return what it says."""
        done = subprocess.run(
            [PYTHON, "-m", *words], cwd=CHECKOUT, env=self._environment,
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def up(self) -> str:
        """Start it; return what it says."""
        return self.run("local.stack", "up", "--detach")

    @property
    def facts(self) -> Facts:
        """Its address and names."""
        return lifecycle.require_running(self.settings)

    @property
    def api(self) -> Api:
        """Its demo account."""
        return Api(self.facts.base_url, APP_KEY, APP_TOKEN)

    @property
    def emulator(self) -> int:
        """The process id of its emulator."""
        pid = self.facts.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        [emulator] = [
            child
            for child in map(int, children)
            if b"emulator_process.py" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
        return emulator

    def wait_until_gone(self) -> None:
        """Wait until nothing of it is left."""
        assert lock.wait_until_free(self.settings.lock_file, 60)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path)
    yield stack
    lifecycle.stop(stack.settings)


class Load:
    """Writers that place an order and invoice it, over and over, and note what they were answered."""

    def __init__(self, api: Api) -> None:
        self.placed: list[str] = []
        self.invoiced: list[str] = []
        self._api = api
        self._over = threading.Event()

    def write(self, _: int) -> None:
        """Go on until it is over."""
        while not self._over.is_set():
            try:
                placed = self._api.post(ORDERS, order_body())
                if placed.status != 201:
                    continue
                order_id = str(placed.json["orderId"])
                self.placed.append(order_id)
                self._api.post(f"{ORDERS}/{order_id}/start-handling")
                if self._api.post(f"{ORDERS}/{order_id}/invoice", invoice_body("N1", 7000)).status == 200:
                    self.invoiced.append(order_id)
            except httpx.HTTPError:
                continue

    def until_killed(self, kill: Callable[[], None]) -> None:
        """Write until enough was answered, have the stack killed meanwhile, and end."""
        with ThreadPoolExecutor(WRITERS) as pool:
            writing = pool.map(self.write, range(WRITERS))
            try:
                deadline = time.monotonic() + 300
                while len(self.invoiced) < ENOUGH:
                    assert time.monotonic() < deadline, (len(self.placed), len(self.invoiced), self.placed)
                    time.sleep(0.05)
                kill()
            finally:
                self._over.set()
            list(writing)


def require_all(stack: Stack, *loads: Load) -> None:
    """Check that everything that was answered is there, and agrees."""
    api = stack.api
    for load in loads:
        assert len(load.invoiced) >= ENOUGH
        missing = [order for order in load.placed if api.get(f"{ORDERS}/{order}").status != 200]
        assert missing == []
        invoices = {order: api.read(f"{ORDERS}/{order}")["packageAttachment"]["packages"] for order in load.invoiced}
        assert [order for order, packages in invoices.items() if not packages] == []
    said = stack.run("operations", "audit", "--all")
    audited = int(said.rpartition(" orders audited")[0].split()[-1])
    assert audited >= sum(len(load.placed) for load in loads)
    assert "0 with mismatches" in said


def test_killed_stack_goes_on_with_all_it_answered(stack: Stack) -> None:
    said = stack.up()
    assert "did not stop by itself" not in said
    url = f"{stack.api.base_url}/sandbox-connector/acme-pay"
    capabilities = {"settleCapability": "multiple", "cancelCapability": "multiple"}
    connector = affiliation_body("acme-pay", PPP, serviceUrl=url, mode="partial", **capabilities)
    assert stack.api.post("/api/pvt/affiliations", connector).status == 200
    first = Load(stack.api)
    names = stack.facts

    first.until_killed(lambda: os.kill(stack.emulator, signal.SIGKILL))
    stack.wait_until_gone()
    with ThreadPoolExecutor() as pool:
        starting = pool.submit(stack.up)
        deadline = time.monotonic() + 60
        while lock.holder(stack.settings.lock_file) is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        used = stack.run("local.stack", "exec", "--", PYTHON, "-m", "local.demo")
        said = starting.result()

    assert "did not stop by itself" in said
    assert "deploying" not in said
    assert "still starting" in used
    assert "Every figure is right." in used
    assert (stack.facts.api_id, stack.facts.table_name) == (names.api_id, names.table_name)
    assert (stack.facts.credentials_arn, stack.facts.state_machine_arn) == (
        names.credentials_arn,
        names.state_machine_arn,
    )
    require_all(stack, first)
    order = Merchant(stack.api).place(Payment(connector="acme-pay"))
    order.invoice("N1", 7000)
    assert order.calls()[-1] == settle("70.0")

    second = Load(stack.api)
    second.until_killed(lambda: kill_both(stack))
    stack.wait_until_gone()
    save = saved_state.current(stack.settings.state_directory)
    assert save is not None
    with saved_state.journal_of(save).open("ab") as journal:
        journal.write(b'0badc0de {"writes":[["arn:aws:dyn')

    said = stack.up()

    assert "The one that was being written is left out." in said
    require_all(stack, first, second)

    cut_off_a_save(stack)
    said = stack.up()
    assert "did not stop by itself" in said
    require_all(stack, first, second)

    assert "stopped" in stack.run("local.stack", "down")
    assert "did not stop by itself" not in stack.up()
    require_all(stack, first, second)


def kill_both(stack: Stack) -> None:
    """Kill the emulator, with its workers, and who watches it at once."""
    emulator, supervisor = stack.emulator, stack.facts.pid
    os.kill(supervisor, signal.SIGKILL)
    os.killpg(emulator, signal.SIGKILL)


def cut_off_a_save(stack: Stack) -> None:
    """Stop the stack, and kill its emulator while it saves; once more if the save was whole before that."""
    for _ in range(CUTS):
        save = saved_state.current(stack.settings.state_directory)
        assert save is not None
        emulator, following = stack.emulator, save.with_name(str(int(save.name) + 1))
        os.kill(stack.facts.pid, signal.SIGTERM)
        deadline = time.monotonic() + 60
        while not (following / "dynamodb.json").exists():
            assert time.monotonic() < deadline
            time.sleep(0.001)
        with suppress(ProcessLookupError):
            os.kill(emulator, signal.SIGKILL)
        stack.wait_until_gone()
        if saved_state.current(save.parent) == save:
            return
        stack.up()
    raise AssertionError(f"{CUTS} saves were whole before the emulator was killed")
