"""GStreamer's RTSP server as a process of its own, run by the system's Python, which has its bindings.

One JSON object a line on standard input is a command, one a line on standard output its answer; the first line out is
{"ready": port}. It ends with its standard input. `rtsp_server.RtspServer` is the other side; nobody else starts this.

Frames come out of pre-encoded files and are only payloaded here. A mount behaves like a camera: its frames go on
whether anybody watches or not, frame n at `begin + n / rate`, over and over with times that go on; all watchers see
the same.
"""

import heapq
import json
import mmap
import sys
import threading
import time
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402  (versions have to be chosen first)

Gst.init(None)

NS_PER_US = 1000
REPORT_NS = 400_000_000
"""Between two sender reports, as a mean: RFC 3550 has it vary by half."""
NEVER_NS = 3600 * 1_000_000_000
START_CODE = b"\x00\x00\x00\x01"
AUDIO = {
    "aac": "audiotestsrc name=sound is-live=true wave=ticks ! audio/x-raw,rate=48000,channels=2 ! avenc_aac ! aacparse"
    " ! rtpmp4gpay name=pay{n} pt={pt}",
    "pcma": "audiotestsrc name=sound is-live=true wave=ticks ! audio/x-raw,rate=8000,channels=1 ! alawenc"
    " ! rtppcmapay name=pay{n} pt=8",
    "pcmu": "audiotestsrc name=sound is-live=true wave=ticks ! audio/x-raw,rate=8000,channels=1 ! mulawenc"
    " ! rtppcmupay name=pay{n} pt=0",
    "l16": "audiotestsrc name=sound is-live=true wave=ticks ! audio/x-raw,rate=16000,channels=1,format=S16BE"
    " ! rtpL16pay name=pay{n} pt={pt}",
    "mp3": "audiotestsrc name=sound is-live=true wave=ticks ! audio/x-raw,rate=44100,channels=2 ! lamemp3enc"
    " target=bitrate cbr=true bitrate=128 ! mpegaudioparse ! rtpmpapay name=pay{n} pt=14",
    "opus": "audiotestsrc name=sound is-live=true wave=ticks ! audio/x-raw,rate=48000,channels=2 ! opusenc"
    " ! rtpopuspay name=pay{n} pt={pt}",
}
OTHER_VIDEO = {
    "vp8": "videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=10/1"
    " ! vp8enc deadline=1 ! rtpvp8pay name=pay0 pt=96",
    "jpeg": "videotestsrc is-live=true ! video/x-raw,width=320,height=176,framerate=10/1,format=I420"
    " ! jpegenc ! rtpjpegpay name=pay0 pt=26",
}
ENCODING = {"h264": ("video/x-h264", "avc", "rtph264pay"), "hevc": ("video/x-h265", "hvc1", "rtph265pay")}


class Source:
    """One index and its file: frames as they go into the payloader."""

    def __init__(self, index_path: str) -> None:
        index = json.loads(Path(index_path).read_text())
        file = Path(index_path).with_name(index["file"]).open("rb")
        self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        file.close()
        self.codec: str = index["codec"]
        self.rate: int = index["rate"]
        self.size = (index["width"], index["height"])
        self.configuration = bytes.fromhex(index["configuration"])
        self._parameter_sets = bytes.fromhex(index["parameter_sets"])
        self.frames: list[list[int]] = index["frames"]
        self.duration_us = round(len(self.frames) * 1_000_000 / self.rate)

    def frame(self, number: int, *, as_byte_stream: bool) -> bytes:
        position, size, _, _, is_keyframe = self.frames[number]
        block = self._bytes[position : position + size]
        if not as_byte_stream:
            return block
        units, offset = [self._parameter_sets if is_keyframe else b""], 0
        while offset < size:
            length = int.from_bytes(block[offset : offset + 4], "big")
            units += (START_CODE, block[offset + 4 : offset + 4 + length])
            offset += 4 + length
        return b"".join(units)


class Camera:
    """What one mount sends: sources one after the other, again and again, by the machine's clock."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.sources = [Source(path) for path in order["sources"]]
        self.parameters: str = order.get("parameters", "both")
        self.audio: str | None = order.get("audio")
        self.other: str | None = order.get("other")
        self.loops: bool = order.get("loop", True)
        self.begin = time.monotonic()
        self.is_silent = False
        self.reporters: list[Any] = []
        """The sessions that send its sender reports."""
        self.drop = 0
        self._plan = [(source, number) for source in self.sources for number in range(len(source.frames))]
        starts, at = {}, 0
        for source in self.sources:
            starts[id(source)] = at
            at += source.duration_us
        self._starts, self._length_us = starts, at

    def position_at(self, moment: float) -> int:
        """Number of the first frame, in decoding order, that is due at or after `moment`."""
        elapsed_us = max(0, round((moment - self.begin) * 1e6))
        loop, rest = divmod(elapsed_us, self._length_us)
        low = next((n for n, (s, f) in enumerate(self._plan) if self._due_us(s, f) >= rest), len(self._plan))
        return loop * len(self._plan) + low

    def due(self, position: int) -> float:
        loop, number = divmod(position, len(self._plan))
        source, frame = self._plan[number]
        return self.begin + (loop * self._length_us + self._due_us(source, frame)) / 1e6

    def at(self, position: int) -> tuple[bytes, int, int, bool]:
        """(frame, pts, dts, is keyframe), microseconds since the camera's begin."""
        loop, number = divmod(position, len(self._plan))
        source, frame = self._plan[number]
        shift = loop * self._length_us + self._starts[id(source)]
        _, _, pts, dts, is_keyframe = source.frames[frame]
        block = source.frame(frame, as_byte_stream=self.is_byte_stream)
        return block, pts + shift, dts + shift, bool(is_keyframe)

    @property
    def is_byte_stream(self) -> bool:
        return self.parameters == "inband" or len(self.sources) > 1

    def is_over(self, position: int) -> bool:
        return not self.loops and position >= len(self._plan)

    def launch(self) -> str:
        if self.other:
            return f"( {OTHER_VIDEO[self.other]} )"
        parts = []
        if self.sources:
            _, _, payloader = ENCODING[self.sources[0].codec]
            interval = {"both": -1, "sdp": 0, "inband": 0}[self.parameters]
            parts.append(
                "appsrc name=source is-live=true format=time max-bytes=0"
                f" ! {payloader} name=pay0 pt=96 config-interval={interval}"
            )
        if self.audio:
            parts.append(AUDIO[self.audio].format(n=len(parts), pt=97))
        return f"( {' '.join(parts)} )"

    def caps(self) -> Gst.Caps:
        source = self.sources[0]
        media, packed, _ = ENCODING[source.codec]
        size = f"width={source.size[0]},height={source.size[1]},framerate={source.rate}/1"
        if self.is_byte_stream:
            return Gst.Caps.from_string(f"{media},stream-format=byte-stream,alignment=au,{size}")
        return Gst.Caps.from_string(
            f"{media},stream-format={packed},alignment=au,{size},codec_data=(buffer){source.configuration.hex()}"
        )

    def _due_us(self, source: Source, frame: int) -> int:
        first_dts = source.frames[0][3]
        return self._starts[id(source)] + source.frames[frame][3] - first_dts


class Feed:
    """One running media of one camera."""

    def __init__(self, camera: Camera, appsrc: Any) -> None:
        self.camera, self._appsrc = camera, appsrc
        self.position = camera.position_at(time.monotonic())
        if camera.parameters == "inband":
            # A watcher joins in the middle of a group of pictures, so the SDP cannot hold parameters.
            while camera.at(self.position)[3]:
                self.position += 1
        self._first_dts_us = camera.sources[0].frames[0][3]
        appsrc.set_property("caps", camera.caps())

    def push(self) -> bool:
        """Sends the frame that is due; False when nobody watches any more or the file is over."""
        camera = self.camera
        if camera.is_over(self.position):
            self._appsrc.emit("end-of-stream")
            return False
        block, pts, dts, is_keyframe = camera.at(self.position)
        self.position += 1
        if camera.is_silent:
            return True
        if camera.drop > 0:
            camera.drop -= 1
            return True
        begin_ns = round(camera.begin * 1e9) - self._appsrc.get_base_time() - self._first_dts_us * NS_PER_US
        if self._appsrc.get_base_time() == 0 or begin_ns + dts * NS_PER_US < 0:
            return True  # the media does not play yet
        buffer = Gst.Buffer.new_wrapped(block)
        # A frame's time in the media is when it was captured, so that the sender reports tell the truth about it.
        buffer.pts, buffer.dts = begin_ns + pts * NS_PER_US, begin_ns + dts * NS_PER_US
        if not is_keyframe:
            buffer.set_flags(Gst.BufferFlags.DELTA_UNIT)
        return self._appsrc.emit("push-buffer", buffer) == Gst.FlowReturn.OK


class Feeder(threading.Thread):
    """Pushes every feed's frames when they are due."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._wake = threading.Condition()
        self._queue: list[tuple[float, int, Feed]] = []
        self._count = 0

    def add(self, feed: Feed) -> None:
        with self._wake:
            self._put(feed)
            self._wake.notify()

    def run(self) -> None:
        while True:
            with self._wake:
                while not self._queue or (wait := self._queue[0][0] - time.monotonic()) > 0:
                    self._wake.wait(wait if self._queue else None)
                feed = heapq.heappop(self._queue)[2]
            if feed.push():
                with self._wake:
                    self._put(feed)

    def _put(self, feed: Feed) -> None:
        self._count += 1
        heapq.heappush(self._queue, (feed.camera.due(feed.position), self._count, feed))


class Server:
    """The RTSP server and what it is told."""

    def __init__(self, port: int, address: str, auth: str | None) -> None:
        self._server = GstRtspServer.RTSPServer()
        self._server.set_service(str(port))
        self._server.set_address(address)
        self._cameras: dict[str, Camera] = {}
        self._feeder = Feeder()
        self._feeder.start()
        if auth:
            self._server.set_auth(_authority(auth))
        self._is_guarded = bool(auth)
        if self._server.attach(None) == 0:
            raise SystemExit(f"the port {port} cannot be used")

    @property
    def port(self) -> int:
        return int(self._server.get_bound_port())

    def serve(self, order: dict[str, Any]) -> None:
        camera = Camera(order)
        self._cameras[order["path"]] = camera
        self._add(order["path"], camera)

    def resume(self, order: dict[str, Any]) -> None:
        """Serves again what `stop` took away; its clock has gone on."""
        self._add(order["path"], self._cameras[order["path"]])

    def begin(self, order: dict[str, Any]) -> float:
        """When the mount's frame 0 was due, by the monotonic clock that all processes of the machine share."""
        return self._cameras[order["path"]].begin

    def stop(self, order: dict[str, Any]) -> None:
        self._server.get_mount_points().remove_factory(order["path"])
        self.cut(order)

    def cut(self, _order: dict[str, Any]) -> None:
        """Closes every connection."""
        self._server.client_filter(lambda _server, _client: GstRtspServer.RTSPFilterResult.REMOVE)

    def silence(self, order: dict[str, Any]) -> None:
        camera = self._cameras[order["path"]]
        camera.is_silent = order["on"]
        for session in camera.reporters:
            session.set_property("rtcp-min-interval", NEVER_NS if camera.is_silent else REPORT_NS)

    def drop(self, order: dict[str, Any]) -> None:
        """Loses the next frames on their way."""
        self._cameras[order["path"]].drop = order["frames"]

    def clients(self, _order: dict[str, Any]) -> int:
        return len(self._server.client_filter(lambda _s, _c: GstRtspServer.RTSPFilterResult.REF))

    def _add(self, path: str, camera: Camera) -> None:
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(camera.launch())
        factory.set_shared(True)
        factory.set_latency(0)
        factory.connect("media-configure", self._configure, camera)
        if self._is_guarded:
            permissions = GstRtspServer.RTSPPermissions()
            for right in ("media.factory.access", "media.factory.construct"):
                permissions.add_permission_for_role("watcher", right, True)
            factory.set_permissions(permissions)
        self._server.get_mount_points().add_factory(path, factory)

    def _configure(self, _factory: Any, media: Any, camera: Camera) -> None:
        media.set_suspend_mode(GstRtspServer.RTSPSuspendMode.NONE)
        if camera.audio is None:
            media.connect("prepared", _report_often, camera)
        appsrc = media.get_element().get_by_name_recurse_up("source") if camera.sources else None
        if appsrc is not None:
            self._feeder.add(Feed(camera, appsrc))
        sound = media.get_element().get_by_name_recurse_up("sound")
        if sound is not None:
            sound.get_static_pad("src").add_probe(Gst.PadProbeType.QUERY_UPSTREAM, _not_seekable)


def _not_seekable(_pad: Any, info: Any) -> Any:
    """The test sound can be sought in, so the server would try on PLAY, which the pictures refuse."""
    is_asked = info.get_query().type == Gst.QueryType.SEEKING
    return Gst.PadProbeReturn.DROP if is_asked else Gst.PadProbeReturn.OK


def _report_often(media: Any, camera: Camera) -> None:
    """Sender reports from the beginning on, as most cameras send them; GStreamer's come each five seconds.

    Not with sound: FFmpeg's client moves a track's times at its first report, and GStreamer's first one is inexact.
    """
    for number in range(media.n_streams()):
        session = media.get_stream(number).get_rtpsession()
        session.set_property("rtcp-min-interval", REPORT_NS)
        camera.reporters.append(session)


def _authority(text: str) -> Any:
    """`method:user:password`, the method basic or digest."""
    method, user, password = text.split(":", 2)
    auth, token = GstRtspServer.RTSPAuth(), GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "watcher")
    if method == "digest":
        auth.set_supported_methods(GstRtspServer.RTSPAuthMethod.DIGEST) if hasattr(
            GstRtspServer, "RTSPAuthMethod"
        ) else auth.set_supported_methods(2)
        auth.add_digest(user, password, token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    return auth


def _obey(server: Server, loop: Any) -> None:
    for line in sys.stdin:
        order = json.loads(line)
        done = threading.Event()
        answer: dict[str, Any] = {}

        def act(order: dict[str, Any] = order, answer: dict[str, Any] = answer, done: Any = done) -> bool:
            try:
                answer["ok"] = getattr(server, order.pop("do"))(order)
            except Exception as error:  # noqa: BLE001  (the other side raises it)
                answer["error"] = repr(error)
            done.set()
            return False

        GLib.idle_add(act)
        done.wait()
        print(json.dumps(answer), flush=True)
    GLib.idle_add(loop.quit)


def main() -> None:
    options = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    server = Server(options.get("port", 0), options.get("address", "127.0.0.1"), options.get("auth"))
    print(json.dumps({"ready": server.port}), flush=True)
    loop = GLib.MainLoop()
    threading.Thread(target=_obey, args=(server, loop), daemon=True).start()
    loop.run()


if __name__ == "__main__":
    main()
