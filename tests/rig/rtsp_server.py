"""A real RTSP server (GStreamer's) to test against, started as a process on a free port of this machine.

    with RtspServer() as server:
        url = server.serve("/bow", source)

By hand, from `tests/`, for benchmarks and for looking:

    python -m rig.rtsp_server --mounts 8 --size 1920x1080 --rate 30 --mbits 8 --port 8554

serves `/cam1` to `/cam8` until Enter is pressed. Frames are only payloaded, never encoded, while it runs.
"""

import argparse
import contextlib
import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rig.source_files import SourceFile, SourceSpec, make_source

SYSTEM_PYTHON = "/usr/bin/python3"
_SCRIPT = Path(__file__).with_name("gst_server.py")
_CHECK = (
    "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer;"
    "Gst.init(None); assert all(Gst.ElementFactory.find(n) for n in"
    " ('rtph264pay', 'rtph265pay', 'rtpmp4gpay', 'avenc_aac', 'lamemp3enc', 'rtpmpapay', 'vp8enc', 'appsrc'))"
)


def reason_to_skip() -> str | None:
    """Why there is no GStreamer RTSP server on this machine; None when there is one."""
    if not Path(SYSTEM_PYTHON).exists():
        return f"{SYSTEM_PYTHON} is not there"
    check = subprocess.run([SYSTEM_PYTHON, "-c", _CHECK], capture_output=True, text=True, check=False)
    if check.returncode == 0:
        return None
    return "GStreamer's RTSP server is not installed: " + (check.stderr.strip().splitlines() or ["?"])[-1]


class RtspServer:
    """The server's process. Not for several threads at once."""

    def __init__(self, *, port: int = 0, auth: str | None = None, address: str = "127.0.0.1") -> None:
        """`auth`: `digest:user:password` or `basic:user:password`, for every mount. Port 0: a free one."""
        options = {"port": port, "auth": auth, "address": address}
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(_SCRIPT), json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port: int = self._read()["ready"]

    def serve(
        self,
        path: str,
        *sources: SourceFile,
        parameters: str = "both",
        audio: str | None = None,
        other: str | None = None,
        loop: bool = True,
    ) -> str:
        """Begins to serve `sources`, one after the other and again, under `path`; returns the address.

        `parameters`: "both" in the SDP and before each keyframe, "sdp" there alone, "inband" not in the SDP.
        `audio`: "aac", "pcma", "pcmu", "l16", "mp3" or "opus". No sources: sound alone, or `other`: "vp8" or "jpeg".
        """
        order = {"path": path, "sources": [str(source.index) for source in sources], "parameters": parameters}
        self._tell("serve", **order, audio=audio, other=other, loop=loop)
        return f"rtsp://127.0.0.1:{self.port}{path}"

    def begin_of(self, path: str) -> float:
        """When frame 0 was captured, by `time.monotonic`; frame n was n / rate seconds later, watched or not."""
        begin: float = self._tell("begin", path=path)
        return begin

    def stop(self, path: str) -> None:
        """Takes the mount away and closes every connection."""
        self._tell("stop", path=path)

    def resume(self, path: str) -> None:
        """Serves again what `stop` took away; the camera's frames have gone on meanwhile."""
        self._tell("resume", path=path)

    def cut(self) -> None:
        """Closes every connection; whoever comes again is served."""
        self._tell("cut")

    def silence(self, path: str, *, on: bool) -> None:
        """Sends nothing, while connections stay open and frames go on uncounted."""
        self._tell("silence", path=path, on=on)

    def drop(self, path: str, frames: int) -> None:
        """Loses the next `frames` frames."""
        self._tell("drop", path=path, frames=frames)

    def clients(self) -> int:
        """How many connections there are."""
        count: int = self._tell("clients")
        return count

    def close(self) -> None:
        """Ends the process; every connection breaks."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def kill(self) -> None:
        """Ends the process at once, as a power cut would."""
        self._process.kill()
        self.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _tell(self, do: str, **order: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **order}) + "\n")
        self._process.stdin.flush()
        answer = self._read()
        assert "error" not in answer, answer["error"]
        return answer["ok"]

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the RTSP server ended"
        answer: dict[str, Any] = json.loads(line)
        return answer


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves mounts until Enter is pressed or standard input ends."""
    parser = argparse.ArgumentParser(description="N cameras over RTSP from one pre-encoded file")
    parser.add_argument("--mounts", type=int, default=1)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--rate", type=int, default=30)
    parser.add_argument("--mbits", type=float, default=8.0)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--gop", type=int, default=0, help="frames; 0: one second")
    parser.add_argument("--codec", choices=("h264", "hevc"), default="h264")
    parser.add_argument("--audio", choices=("aac", "pcma", "pcmu", "l16", "mp3", "opus"))
    parser.add_argument("--port", type=int, default=8554)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "seacorder-rig")
    chosen = parser.parse_args(arguments)
    width, height = (int(part) for part in chosen.size.split("x"))
    spec = SourceSpec(
        width=width,
        height=height,
        rate=chosen.rate,
        seconds=chosen.seconds,
        gop=chosen.gop or chosen.rate,
        codec=chosen.codec,
        bits_per_second=round(chosen.mbits * 1e6),
        noise=True,
    )
    source = make_source(chosen.folder, spec)
    with RtspServer(port=chosen.port) as server:
        for number in range(1, chosen.mounts + 1):
            print(server.serve(f"/cam{number}", source, audio=chosen.audio), flush=True)
        with contextlib.suppress(EOFError):
            input()


if __name__ == "__main__":
    main()
