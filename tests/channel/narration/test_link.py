"""From the narrator to the channels: whoever has the token hears everything, and nobody can hold it up."""

import queue
import socket
from collections.abc import Iterator

import pytest

from rig.program import DEADLINE_SECONDS, wait_for
from seacorder.channel.narration.link import LISTENERS_MAX, LOCALHOST, NarrationReceiver, NarrationSender

TOKEN = "a" * 64
PACKET = bytes(range(200))


@pytest.fixture
def voice() -> Iterator[NarrationSender]:
    made = NarrationSender(TOKEN)
    yield made
    made.close()


def listening(voice: NarrationSender, count: int = 1) -> None:
    wait_for(lambda: voice.listeners == count, f"{count} listeners")


def test_everything_is_heard_in_order(voice: NarrationSender) -> None:
    heard: queue.SimpleQueue[tuple[int, bytes]] = queue.SimpleQueue()
    ear = NarrationReceiver(lambda instant_ns, packet: heard.put((instant_ns, packet)))
    ear.start()
    ear.listen(voice.port, TOKEN)
    listening(voice)
    for number in range(500):
        voice.say(number - 3, PACKET[: number % 200])
    assert [heard.get(timeout=DEADLINE_SECONDS) for _ in range(500)] == [(n - 3, PACKET[: n % 200]) for n in range(500)]


def test_after_the_narrator_was_gone_it_is_heard_again(voice: NarrationSender) -> None:
    heard: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    ear = NarrationReceiver(lambda _, packet: heard.put(packet))
    ear.start()
    ear.listen(voice.port, TOKEN)
    listening(voice)
    voice.close()
    second = NarrationSender("b" * 64)
    try:
        ear.listen(second.port, "b" * 64)
        listening(second)
        second.say(1, b"again")
        assert heard.get(timeout=DEADLINE_SECONDS) == b"again"
    finally:
        second.close()


def test_who_does_not_have_the_token_hears_nothing(voice: NarrationSender) -> None:
    with socket.create_connection((LOCALHOST, voice.port), DEADLINE_SECONDS) as stranger:
        stranger.sendall(b"b" * len(TOKEN))
        assert stranger.recv(1) == b""
    assert voice.listeners == 0


def test_who_says_nothing_does_not_keep_others_out_for_long(voice: NarrationSender) -> None:
    with socket.create_connection((LOCALHOST, voice.port), DEADLINE_SECONDS):
        ear = NarrationReceiver(lambda *_: None)
        ear.start()
        ear.listen(voice.port, TOKEN)
        listening(voice)


def test_who_does_not_read_is_cut_off_and_holds_up_nobody(voice: NarrationSender) -> None:
    heard: queue.SimpleQueue[int] = queue.SimpleQueue()
    ear = NarrationReceiver(lambda instant_ns, _: heard.put(instant_ns))
    ear.start()
    ear.listen(voice.port, TOKEN)
    with socket.create_connection((LOCALHOST, voice.port), DEADLINE_SECONDS) as deaf:
        deaf.sendall(TOKEN.encode())
        listening(voice, 2)
        said = 0
        while voice.listeners == 2:
            voice.say(said, bytes(4000))
            assert heard.get(timeout=DEADLINE_SECONDS) == said
            said += 1
            assert said < 100_000, "it was never cut off"
    assert voice.listeners == 1


def test_it_is_heard_on_this_machine_alone(voice: NarrationSender) -> None:
    assert voice._server.getsockname()[0] == "127.0.0.1"
    assert LISTENERS_MAX >= 64
