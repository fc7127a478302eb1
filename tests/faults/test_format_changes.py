"""A camera that comes back as another one: from H.264 to H.265, and from one size to another."""

import time
from pathlib import Path

import av
import pytest

from faults.account import balance
from faults.cameras import serve, small
from faults.proxy import Proxy
from faults.results import note
from rig.fixtures import MakeSource, StartServer
from rig.program import running, wait_for
from rig.source_files import SourceSpec

pytestmark = [
    pytest.mark.rtsp,
    pytest.mark.slow,
    pytest.mark.alone("stored again within three seconds"),
]

LATER = {
    "Codec": small(seconds=60, codec="hevc", first_number=100_000),
    "Size": small(seconds=60, width=640, height=360, first_number=100_000),
}
ESTIMATED_FRAMES = 1


@pytest.mark.timeout(175)
@pytest.mark.long_form
def test_a_camera_comes_back_with_another_codec_or_size(
    tmp_path: Path, rig_source: MakeSource, start_rtsp_server: StartServer
) -> None:
    before, after = start_rtsp_server(), start_rtsp_server()
    proxies = {name: Proxy(before.port) for name in LATER}
    first = {name: serve(before, name, rig_source(small())) for name in LATER}
    later = {name: serve(after, name, rig_source(spec)) for name, spec in LATER.items()}
    addresses = {name: proxies[name].url_of(first[name].url) for name in LATER}
    try:
        with running(tmp_path, addresses) as program:
            program.record()
            for proxy in proxies.values():
                proxy.target = after.port
                proxy.cut()
            back = time.monotonic()
            wait_for(lambda: len(program.rows("parts")) == 2 * len(LATER), "the new parts")
            begun = {name: program.channel(name)["frames_received"] for name in LATER}
            for name, frames in begun.items():
                wait_for(lambda n=name, f=frames: program.channel(n)["frames_received"] > f + 50, f"{name} to go on")
            program.get("/api/inspector/stoprecording")
            parts, losses = program.rows("parts"), program.rows("losses")
    finally:
        for proxy in proxies.values():
            proxy.close()
    worst_seconds, worst_frames = 0.0, 0.0
    for name, spec in LATER.items():
        old, new = sorted((row for row in parts if row["channel"] == name), key=lambda row: row["number"])
        (loss,) = [row for row in losses if row["channel"] == name]
        ended, begun_again = balance(first[name], [old], []), balance(later[name], [new], [])
        assert (ended.missing, begun_again.missing) == (0, 0)
        hole = later[name].instant(begun_again.first) - first[name].instant(ended.last)
        worst_frames = max(worst_frames, abs(hole * small().rate - 1 - loss["frames"]))
        worst_seconds = max(worst_seconds, later[name].instant(begun_again.first) - back)
        assert format_of(Path(new["path"])) == expected(spec)
    kept = worst_frames <= ESTIMATED_FRAMES and worst_seconds <= 3.48
    note(
        "camera comes back as H.265, or with another size",
        times=len(LATER),
        worst=f"stored again after {worst_seconds:.2f} s, account off by {worst_frames:.1f}",
        limit="3.48 s, 1 a hole",
        kept=kept,
    )
    assert kept, (worst_seconds, worst_frames)


def format_of(path: Path) -> tuple[str, int, int]:
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        return context.name, context.width, context.height


def expected(spec: SourceSpec) -> tuple[str, int, int]:
    return spec.codec, spec.width, spec.height
