"""Servers that others have written, as sources: what they send comes whole and in order, over every way they know."""

import itertools
from pathlib import Path

import pytest

from rig.fixtures import MakeSource
from rig.flv import add_sound
from rig.frames import frame_numbers
from rig.inputs import made
from rig.players import reason_to_skip_vlc
from rig.program import wait_for
from rig.recording import write
from rig.servers import present
from rig.source_files import SourceSpec
from seacorder.base.errors import InputFailed
from seacorder.inputs.contract import Input
from seacorder.model.sample import SourceFormat, SourcePacket, Track

SPEC = SourceSpec(width=320, height=180, rate=25, seconds=40, gop=25)
SERVERS = present()


@pytest.mark.players
@pytest.mark.parametrize("server", SERVERS)
def test_every_picture_comes_in_order_and_sound_with_it(server: str, rig_source: MakeSource, tmp_path: Path) -> None:
    reason = reason_to_skip_vlc()
    if reason is not None:
        pytest.skip(reason)
    film = tmp_path / "film.mp4"
    add_sound(rig_source(SPEC).path, film, SPEC.seconds)
    with SERVERS[server](film) as addresses:
        for number, address in enumerate(addresses):
            source, found = wait_for(lambda address=address: opened(address), f"{address} to send")
            packets = list(itertools.islice((one for one in source.packets() if isinstance(one, SourcePacket)), 150))
            source.close()
            pictures = [one for one in packets if one.track is Track.VIDEO]
            write(found, pictures, tmp_path / f"copy{number}.mp4")
            numbers = frame_numbers(tmp_path / f"copy{number}.mp4")
            assert numbers == list(range(numbers[0], numbers[0] + len(pictures)))
            assert len(numbers) >= 25
            assert found.audio is not None
            assert len(packets) - len(pictures) >= 25


def opened(address: str) -> tuple[Input, SourceFormat] | None:
    """None while the server does not send yet."""
    source = made(address)
    try:
        return source, source.open()
    except InputFailed:
        source.close()
        return None
