"""Starts all parts of the stack, keeps them running, and stops them, in whatever way it ends."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import time
from contextlib import ExitStack
from typing import NoReturn

from local import deployment, lock
from local.emulator import Emulator, aws_environment, start_emulator
from local.lifecycle import why_not_free
from local.ports import HOST, any_free, first_free
from local.progress import StackError, say, step, tail
from local.proxy import Proxy
from local.seed import ACCOUNT, APP_KEY, APP_TOKEN, seed
from local.settings import DEFAULT_AWS_PORT, ENVIRONMENTS, StackSettings
from local.warm_up import warm_up
from operations.running_stack import LOCAL_REGION, Facts, write_facts

STAGE = "v1"
HEALTH_SECONDS = 60


def supervise(settings: StackSettings) -> None:
    """Run the stack until it is told to stop; raises ``StackError`` if it cannot start or a part of it ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with ExitStack() as running:
        descriptor = running.enter_context(lock.hold(settings.lock_file))
        if descriptor is None:
            raise StackError(why_not_free(settings))
        settings.facts_file.unlink(missing_ok=True)
        try:
            emulator = _start(settings, descriptor, running)
            _watch(emulator)
        except KeyboardInterrupt:
            say("\nstopping, and saving what the local AWS holds …")
        finally:
            _ignore_further_signals()


def _start(settings: StackSettings, descriptor: int, running: ExitStack) -> Emulator:
    proxy = Proxy(settings.port)
    running.callback(proxy.stop)
    base_url = f"http://{HOST}:{proxy.port}"
    say(f"starting quita at {base_url}")
    aws_port = _aws_port(settings)
    emulator = start_emulator(settings, aws_port, descriptor)
    running.callback(shutil.rmtree, settings.scratch_directory, ignore_errors=True)
    running.callback(settings.facts_file.unlink, missing_ok=True)
    running.callback(emulator.stop)
    built = deployment.build(settings)
    emulator.wait_until_ready()
    deployed = deployment.deploy(settings, built=built, port=proxy.port, aws_port=aws_port)
    seed(deployed.table_name, deployed.credentials_arn, base_url=base_url, aws_port=aws_port)
    if deployed.is_new:
        emulator.save()
    proxy.forward_to(aws_port, deployed.api_id, STAGE)
    _wait_until_healthy(proxy.port, emulator)
    warm_up(base_url, deployed.functions, aws_port)
    facts = Facts(
        pid=os.getpid(),
        base_url=base_url,
        aws_endpoint=aws_environment(aws_port)["AWS_ENDPOINT_URL"],
        region=LOCAL_REGION,
        api_id=deployed.api_id,
        table_name=deployed.table_name,
        credentials_arn=deployed.credentials_arn,
        event_bus_name=deployed.event_bus_name,
        state_machine_arn=deployed.state_machine_arn,
        functions=deployed.functions,
        account=ACCOUNT,
    )
    write_facts(settings.facts_file, facts)
    say(_welcome(base_url))
    return emulator


def _aws_port(settings: StackSettings) -> int:
    """Return the configured port, else that of the last start, the default, or any free one; remember it."""
    memory = settings.directory / "aws-port"
    if settings.aws_port:
        port = first_free(settings.aws_port)
        if port != settings.aws_port:
            raise StackError(f"Port {settings.aws_port} (AWS_PORT) is in use by another program; choose another.")
    else:
        default = DEFAULT_AWS_PORT if settings.directory == ENVIRONMENTS else any_free()
        port = first_free(int(memory.read_text(encoding="utf-8")) if memory.exists() else default, default)
    memory.write_text(str(port), encoding="utf-8")
    return port


def _wait_until_healthy(port: int, emulator: Emulator) -> None:
    deadline = time.monotonic() + HEALTH_SECONDS
    answer = "nothing"
    with step("waiting until the service is healthy"):
        while time.monotonic() < deadline:
            _require_running(emulator)
            answer = _health(port)
            if answer.startswith("200 "):
                return
            time.sleep(0.3)
    raise StackError(f"GET /health did not become 200 in {HEALTH_SECONDS} s. It answered: {answer}\n"
                     f"The end of {emulator.log}:\n{tail(emulator.log)}")  # fmt: skip


def _health(port: int) -> str:
    connection = http.client.HTTPConnection(HOST, port, timeout=40)
    try:
        connection.request("GET", "/health")
        response = connection.getresponse()
        return f"{response.status} {response.read().decode(errors='replace')}"
    except OSError as error:
        return str(error)
    finally:
        connection.close()


def _watch(emulator: Emulator) -> NoReturn:
    while True:
        _require_running(emulator)
        time.sleep(0.5)


def _require_running(emulator: Emulator) -> None:
    if emulator.has_ended():
        raise StackError(
            f"The local AWS ended by itself ({emulator.process.returncode}). What it has answered is kept; `make up` "
            f"goes on from there. The end of {emulator.log}:\n{tail(emulator.log)}"
        )


def _ignore_further_signals() -> None:
    """Ignore signals from now on: the shutdown saves state and must not be interrupted."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _welcome(base_url: str) -> str:
    return f"""
quita is ready at {base_url}
The console is at {base_url}/console: sign in with the app key {APP_KEY} and the token {APP_TOKEN}

Create an order of 100.00:

  curl -sS {base_url}/api/oms/pvt/orders \\
    -H 'X-VTEX-API-AppKey: {APP_KEY}' -H 'X-VTEX-API-AppToken: {APP_TOKEN}' \\
    -H 'Content-Type: application/json' -d '{{
      "items": [{{"id": "A", "quantity": 1, "price": 5000}}, {{"id": "B", "quantity": 2, "price": 1500}}],
      "totals": [{{"id": "Items", "value": 8000}}, {{"id": "Shipping", "value": 2000}}],
      "value": 10000,
      "paymentData": {{"transactions": [{{"payments": [
        {{"paymentSystem": "2", "group": "creditCard", "value": 10000, "connector": "sandbox"}}]}}]}}}}'

Ctrl-C stops it; what it holds is kept for the next start."""
