"""What the tests need beside Python packages: `python -m tools.system_packages`.

On Debian as root the missing packages are installed. Elsewhere it says what is missing and which tests are skipped for
it; with CI=true something missing is a failure, since then nothing may be skipped.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_GSTREAMER_PROBE = """
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
wanted = ("x264enc", "lamemp3enc", "rtpmpapay", "h264parse", "h265parse", "rtph264pay", "rtph265pay", "qtdemux")
raise SystemExit(any(Gst.ElementFactory.find(name) is None for name in wanted))
"""


def system_python() -> str | None:
    """The Python that Debian's `gi` belongs to, which is not the one of the virtual environment."""
    path = "/usr/bin/python3"
    return path if Path(path).exists() else None


def has_gstreamer() -> bool:
    python = system_python()
    if python is None:
        return False
    probe = subprocess.run([python, "-c", _GSTREAMER_PROBE], capture_output=True, check=False)
    return probe.returncode == 0


def has_library(name: str) -> bool:
    """True when the shared library can be loaded."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def has_browser() -> bool:
    """True when there is a Chromium, and the library that its driver needs."""
    return has_command("chromium", "chromium-browser")() and has_library("libatomic.so.1")


def has_command(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


@dataclass(frozen=True, slots=True)
class Need:
    """Something outside Python, what it is for, and Debian's packages of it."""

    name: str
    without_it: str
    is_there: Callable[[], bool]
    packages: tuple[str, ...]


def has_nginx_rtmp() -> bool:
    folders = ("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules")
    return any(Path(folder, "ngx_rtmp_module.so").exists() for folder in folders) and shutil.which("nginx") is not None


NEEDS = (
    Need("ffmpeg and ffprobe", "tests that check files with ffprobe", has_command("ffprobe"), ("ffmpeg",)),
    Need(
        "GStreamer's RTSP server",
        "tests with real RTSP cameras (marker rtsp)",
        has_gstreamer,
        (
            "python3-gi",
            "gir1.2-gstreamer-1.0",
            "gir1.2-gst-rtsp-server-1.0",
            "gstreamer1.0-rtsp",
            "gstreamer1.0-plugins-base",
            "gstreamer1.0-plugins-good",
            "gstreamer1.0-plugins-bad",
            "gstreamer1.0-plugins-ugly",
            "gstreamer1.0-libav",
            "gstreamer1.0-tools",
        ),
    ),
    Need(
        "VLC",
        "tests that play files with VLC, or fetch streams from it (marker players)",
        has_command("vlc"),
        ("vlc-bin", "vlc-plugin-base"),
    ),
    Need("exiftool", "the check of the stills' EXIF", has_command("exiftool"), ("libimage-exiftool-perl",)),
    Need("Xvfb", "tests that record a screen (marker screen)", has_command("Xvfb"), ("xvfb",)),
    Need(
        "nginx with its RTMP module",
        "tests with a real RTMP server (marker rtmp)",
        has_nginx_rtmp,
        ("nginx-light", "libnginx-mod-rtmp"),
    ),
    Need("gcc", "tests that set the wall clock while the program records", has_command("gcc"), ("gcc", "libc6-dev")),
    Need("systemd's tools", "tests of the service's unit", has_command("systemd-analyze"), ("systemd",)),
    Need("openssl", "tests with cameras behind TLS", has_command("openssl"), ("openssl",)),
    Need("minisign", "tests of signatures", has_command("minisign"), ("minisign",)),
    Need("curl", "the commands of README and guides", has_command("curl"), ("curl",)),
    Need("Chromium", "tests of the page (marker browser)", has_browser, ("chromium", "libatomic1")),
    Need("Node and npm", "the Postman collection (marker newman), recipes", has_command("npm"), ("nodejs", "npm")),
    Need("jq", "the shell's recipes", has_command("jq"), ("jq",)),
)

OPTIONAL = {
    "mediamtx": "tests with MediaMTX as a source (bluenviron/mediamtx, no package of Debian)",
    "go2rtc": "tests with go2rtc as a source (AlexxIT/go2rtc, no package of Debian)",
    "MP4Box": "a second reader of our video files (GPAC, no package of Debian 12)",
}
"""Programs that are tried where they are on the PATH; without them nothing fails, and nothing is installed."""


def install(needs: list[Need]) -> None:
    """Installs packages with apt-get, as root. Does not fail: what is still missing is reported afterwards."""
    packages = [package for need in needs for package in need.packages]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    print(f"Installing system packages: {' '.join(packages)}")
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", "-q", *command], capture_output=True, text=True, check=False, env=environment)
        if done.returncode:
            print((done.stdout + done.stderr)[-2000:], file=sys.stderr)


def may_install() -> bool:
    return shutil.which("apt-get") is not None and hasattr(os, "geteuid") and os.geteuid() == 0


def main() -> int:
    missing = [need for need in NEEDS if not need.is_there()]
    if missing and may_install():
        install(missing)
        missing = [need for need in missing if not need.is_there()]
    for need in missing:
        print(f"Missing: {need.name}. Skipped without it: {need.without_it}. Debian: {' '.join(need.packages)}")
    for name, purpose in OPTIONAL.items():
        if shutil.which(name) is None:
            print(f"Not on the PATH, which is no failure: {name}. Left out without it: {purpose}.")
    return 1 if missing and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
