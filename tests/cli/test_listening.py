"""Where the next start would listen is tried: an address that is not there, or a port that is taken, is told before."""

import socket
from collections.abc import Iterator

import pytest

from seacorder.base.errors import BadRequest
from seacorder.cli.listening import Listening
from seacorder.cli.overrides import Overrides
from seacorder.config.schema import ServerSettings


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_a_port_of_another_program_is_refused_and_one_of_its_own_is_not(taken: int) -> None:
    listening = Listening(ServerSettings(inspector_port=13000), Overrides())
    with pytest.raises(BadRequest, match="taken by another program") as refused:
        listening.check(ServerSettings(inspector_port=taken))
    assert refused.value.field == "inspector_port"
    Listening(ServerSettings(inspector_port=taken), Overrides()).check(ServerSettings(inspector_port=taken))


def test_an_address_that_this_computer_does_not_have_is_refused() -> None:
    listening = Listening(ServerSettings(), Overrides())
    with pytest.raises(BadRequest, match="is no address of this computer") as refused:
        listening.check(ServerSettings(host="192.0.2.1"))
    assert refused.value.field == "host"
    assert refused.value.fact.startswith("host: ")


def test_options_of_the_command_line_hold_after_the_next_start_too() -> None:
    now = ServerSettings(inspector_port=13005)
    listening = Listening(now, Overrides(inspector_port=13005))
    assert listening.now() is now
    assert listening.after(ServerSettings(host="127.0.0.2", inspector_port=13001)) == ServerSettings(
        host="127.0.0.2", inspector_port=13005
    )


def test_a_port_that_the_command_line_gives_to_the_other_service_is_refused() -> None:
    listening = Listening(ServerSettings(), Overrides(integration_port=13001))
    with pytest.raises(BadRequest, match="Both services would listen on port 13001"):
        listening.check(ServerSettings(inspector_port=13001))


def test_a_certificate_that_cannot_be_used_is_refused() -> None:
    with pytest.raises(BadRequest, match=r"no\.pem"):
        Listening(ServerSettings(), Overrides()).check(ServerSettings(certificate="/no.pem"))  # type: ignore[arg-type]
