"""Ports that are claimed, or refused in one sentence."""

import errno
import socket

import httpx
import pytest
from fastapi import FastAPI

from seacorder.api.http import ports
from seacorder.api.http.listeners import Listener, serving
from seacorder.api.http.ports import claim_port, families, is_any_of_both
from seacorder.base.errors import SettingsError


def test_a_taken_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError) as refused:
            claim_port("127.0.0.1", port, setting="inspector_port")
    assert str(refused.value) == (
        f"Port {port} on 127.0.0.1 is taken by another program, perhaps a second Seacorder. "
        "Stop that one, or choose another port in [server] inspector_port."
    )


@pytest.mark.parametrize("host", ["203.0.113.9", "no-such-host.invalid"])
def test_a_foreign_host_is_one_sentence(host: str) -> None:
    with pytest.raises(SettingsError, match=r"is no address of this computer"):
        claim_port(host, 0, setting="inspector_port")


@pytest.mark.parametrize("host", ["::", "0::0"])
async def test_every_address_is_heard_on_both_families(app: FastAPI, host: str) -> None:
    sockets = claim_port(host, 0, setting="inspector_port")
    assert is_any_of_both(host)
    heard = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "[::1]"}
    assert families(sockets) in {"IPv4 and IPv6", "IPv4 only", "IPv6 only"}
    assert len({one.getsockname()[1] for one in sockets}) == 1
    async with serving([Listener(app, sockets)]), httpx.AsyncClient() as client:
        for one in sockets:
            url = f"http://{heard[one.family]}:{one.getsockname()[1]}/api/stats/ping"
            assert (await client.get(url)).status_code == 200


@pytest.mark.parametrize("refused", [errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL])
@pytest.mark.parametrize(("family", "left"), [(socket.AF_INET6, "IPv4 only"), (socket.AF_INET, "IPv6 only")])
def test_a_machine_without_one_family_is_heard_on_the_other_and_says_so(
    monkeypatch: pytest.MonkeyPatch, family: int, left: str, refused: int
) -> None:
    bind = ports._bind

    def without(asked: int, address: object) -> socket.socket:
        if asked == family:
            raise OSError(refused, "no such family here")
        return bind(socket.AF_INET, ("127.0.0.1", 0)) if asked == socket.AF_INET else ipv6_socket()

    def ipv6_socket() -> socket.socket:
        return socket.socket(socket.AF_INET6)

    monkeypatch.setattr(ports, "_bind", without)
    sockets = claim_port("::", 0, setting="inspector_port")
    assert families(sockets) == left
    for one in sockets:
        one.close()


def test_a_port_that_is_taken_in_one_family_alone_is_taken() -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"Port {port} on :: is taken"):
            claim_port("::", port, setting="inspector_port")
