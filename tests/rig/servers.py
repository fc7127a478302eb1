"""Real servers of streams that others have written: VLC, MediaMTX and go2rtc, each with the addresses that it serves.

MediaMTX and go2rtc are tried where they are on the PATH. Where they are not, they are left out, and pytest says so
at its begin.
"""

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from rig.players import open_folder, vlc
from rig.ports import free_pair, free_port
from rig.senders import Sender, wait_until_listening

Serve = Callable[[Path], "contextlib.AbstractContextManager[list[str]]"]
_MEDIAMTX = """
logLevel: error
rtspAddress: 127.0.0.1:{rtsp}
rtpAddress: 127.0.0.1:{rtp}
rtcpAddress: 127.0.0.1:{rtcp}
rtmpAddress: 127.0.0.1:{rtmp}
hls: no
webrtc: no
srt: no
paths:
  all_others:
"""
_GO2RTC = """
log: {{level: error}}
api: {{listen: "127.0.0.1:{api}"}}
rtsp: {{listen: "127.0.0.1:{rtsp}"}}
webrtc: {{listen: ""}}
streams: {{bow: ""}}
"""


@contextlib.contextmanager
def vlc_http(film: Path) -> Iterator[list[str]]:
    port = free_port()
    with _vlc(film, f"#std{{access=http,mux=ts,dst=127.0.0.1:{port}/live.ts}}", port):
        yield [f"http://127.0.0.1:{port}/live.ts"]


@contextlib.contextmanager
def vlc_rtsp(film: Path) -> Iterator[list[str]]:
    """It sends over UDP alone."""
    port = free_port()
    with _vlc(film, f"#rtp{{sdp=rtsp://127.0.0.1:{port}/live}}", port):
        address = f"rtsp://127.0.0.1:{port}/live#transport=udp"
        yield [address, f"{address}&client=ffmpeg"]


@contextlib.contextmanager
def mediamtx(film: Path) -> Iterator[list[str]]:
    rtp = free_pair()
    ports = {"rtsp": free_port(), "rtmp": free_port(), "rtp": rtp, "rtcp": rtp + 1}
    settings = film.with_name("mediamtx.yml")
    settings.write_text(_MEDIAMTX.format(**ports))
    with _published(["mediamtx", str(settings)], film, ports["rtsp"]):
        wait_until_listening(ports["rtmp"])
        rtsp = f"rtsp://127.0.0.1:{ports['rtsp']}/bow"
        yield [rtsp, f"{rtsp}#transport=udp", f"{rtsp}#client=ffmpeg", f"rtmp://127.0.0.1:{ports['rtmp']}/bow"]


@contextlib.contextmanager
def go2rtc(film: Path) -> Iterator[list[str]]:
    ports = {"rtsp": free_port(), "api": free_port()}
    settings = film.with_name("go2rtc.yaml")
    settings.write_text(_GO2RTC.format(**ports))
    with _published(["go2rtc", "-config", str(settings)], film, ports["rtsp"]):
        wait_until_listening(ports["api"])
        web = f"http://127.0.0.1:{ports['api']}/api/stream"
        yield [f"rtsp://127.0.0.1:{ports['rtsp']}/bow", f"{web}.ts?src=bow", f"{web}.flv?src=bow"]


INSTALLED: dict[str, Serve] = {"VLC over HTTP": vlc_http, "VLC over RTSP": vlc_rtsp}
_ON_PATH: dict[str, Serve] = {"mediamtx": mediamtx, "go2rtc": go2rtc}


def present() -> dict[str, Serve]:
    """Those of Debian's packages, and of the others what is on the PATH."""
    return INSTALLED | {name: serve for name, serve in _ON_PATH.items() if shutil.which(name)}


def absent() -> list[str]:
    return [name for name in _ON_PATH if shutil.which(name) is None]


@contextlib.contextmanager
def _vlc(film: Path, output: str, port: int) -> Iterator[None]:
    with open_folder() as folder:
        copy = folder / film.name
        shutil.copyfile(film, copy)
        copy.chmod(0o644)
        server = vlc(folder, "--loop", "--sout", output, "--sout-keep", copy.name)
        try:
            wait_until_listening(port)
            yield
        finally:
            server.kill()
            server.wait()


@contextlib.contextmanager
def _published(command: list[str], film: Path, port: int) -> Iterator[None]:
    """A server to which ffmpeg brings the film."""
    server = subprocess.Popen(command, cwd=film.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_listening(port)
        address = f"rtsp://127.0.0.1:{port}/bow"
        sender = Sender(film, "-f", "rtsp", "-rtsp_transport", "tcp", address)
        try:
            yield
        finally:
            sender.close()
    finally:
        server.kill()
        server.wait()
