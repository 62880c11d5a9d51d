"""What the socket between SAM and the container engine changes: containers of functions, and nothing else."""

from typing import Any

import pytest

from local.host_network import engine_fault, host_network, on_host_network
from local.progress import StackError


def a_request(**changes: Any) -> dict[str, Any]:
    """SAM's request for the container of a function."""
    return {
        "Image": "function",
        "Entrypoint": ["/var/rapid/aws-lambda-rie", "--log-level", "error"],
        "HostConfig": {"Memory": 1, "PortBindings": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "5123"}]}},
    } | changes


def test_function_gets_the_host_network_and_listens_on_the_port_that_sam_chose() -> None:
    request = on_host_network(a_request())
    assert request["HostConfig"]["NetworkMode"] == "host"
    assert request["HostConfig"]["Memory"] == 1
    assert request["Entrypoint"][3:5] == ["--runtime-interface-emulator-address", "127.0.0.1:5123"]


def test_runtime_api_gets_a_port_of_its_own() -> None:
    name, address = on_host_network(a_request())["Entrypoint"][-2:]
    host, port = address.split(":")
    assert (name, host) == ("--runtime-api-address", "127.0.0.1")
    assert int(port) not in (0, 5123, 9001)


@pytest.mark.parametrize("changes", [{"Entrypoint": ["sh"]}, {"Entrypoint": None}, {"HostConfig": None}], ids=str)
def test_other_containers_are_left_alone(changes: dict[str, Any]) -> None:
    assert on_host_network(a_request(**changes)) == a_request(**changes)


@pytest.mark.parametrize("address", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:2375"])
def test_missing_engine_is_a_message(address: str) -> None:
    fault = engine_fault(address)
    assert fault is not None
    assert address.removeprefix("unix://") in fault
    with pytest.raises(StackError), host_network(address):
        pass
