"""Real senders of streams, as processes of this machine: ffmpeg, which copies a source file out in real time, and nginx
with its RTMP module, from which players fetch what ffmpeg publishes there."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from rig.ports import free_port
from rig.source_files import SourceFile

_READY_SECONDS = 60.0
_NGINX = """
load_module {module};
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log info;
events {{}}
rtmp {{ access_log off; server {{ listen 127.0.0.1:{port}; application live {{ live on; idle_streams on; }} }} }}
"""
_MODULES = ("/usr/lib/nginx/modules/ngx_rtmp_module.so", "/usr/lib64/nginx/modules/ngx_rtmp_module.so")


class Sender:
    """One ffmpeg that sends `source` again and again, unchanged, until `close`."""

    def __init__(self, source: SourceFile | Path, *output: str, before: tuple[str, ...] = ()) -> None:
        path = source if isinstance(source, Path) else source.path
        head = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-re", "-stream_loop", "-1", *before]
        self._process = subprocess.Popen([*head, "-i", str(path), "-c", "copy", *output])

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


def send_udp(source: SourceFile | Path, port: int, *options: str, host: str = "127.0.0.1") -> Sender:
    url = f"udp://{host}:{port}?pkt_size=1316&localaddr=127.0.0.1"
    return Sender(source, *options, "-f", "mpegts", url)


def send_tcp(source: SourceFile | Path, port: int, *, listens: bool = False) -> Sender:
    """Connects to the port, or waits there for one who fetches."""
    return Sender(source, "-f", "mpegts", f"tcp://127.0.0.1:{port}" + ("?listen=1" if listens else ""))


def publish(source: SourceFile | Path, url: str) -> Sender:
    return Sender(source, "-f", "flv", url)


def reason_to_skip_rtmp() -> str | None:
    if shutil.which("nginx") is None or not any(Path(module).exists() for module in _MODULES):
        return "nginx with its RTMP module is not installed"
    return None


@contextlib.contextmanager
def rtmp_server(folder: Path) -> Iterator[str]:
    """The address of an application into which streams can be published, and from which they are fetched."""
    port = free_port()
    module = next(module for module in _MODULES if Path(module).exists())
    settings = folder / "nginx.conf"
    settings.write_text(_NGINX.format(module=module, folder=folder, port=port))
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(settings)], stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield f"rtmp://127.0.0.1:{port}/live"
    finally:
        process.terminate()
        process.wait(60)


def wait_for_port(port: int) -> None:
    """Waits until something listens there."""
    limit = time.monotonic() + _READY_SECONDS
    while time.monotonic() < limit:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
    raise AssertionError(f"nothing listens on port {port} after {_READY_SECONDS} s")


def is_listened_to(port: int) -> bool:
    """True when some process of this machine listens on that TCP port; asks without connecting."""
    wanted = f":{port:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(wanted) and fields[3] == "0A":
            return True
    return False


def wait_until_listening(port: int) -> None:
    """As `wait_for_port`, for those who serve a single caller."""
    limit = time.monotonic() + _READY_SECONDS
    while not is_listened_to(port):
        assert time.monotonic() < limit, f"nothing listens on port {port} after {_READY_SECONDS} s"
        time.sleep(0.02)
