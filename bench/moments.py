"""How late the live picture is, and how exact capture times are, by the numbers that the cameras draw into pictures.

The cameras run by the same monotonic clock, so when a frame was really captured is known.
"""

import io
import time
from datetime import datetime
from pathlib import Path

import av

from bench.cameras import Cameras
from bench.figures import Figure, quantile
from bench.plan import Plan
from bench.recorder import Recorder, recorder
from rig.recording import reading_in

LIVE_DELAY_BEFORE_MS = 53
CAPTURE_MEDIAN_BEFORE_MS = 0.55
CAPTURE_P99_BEFORE_MS = 0.85
"""These three are what this module measured of the last version that read each picture as it came, on a quiet computer
of two cores, in turn with the first version that read in bursts."""
_LOOK_SECONDS = 0.01
_WIDTH = 480


def number_in(picture: Path | bytes) -> int:
    """The number that is drawn into a picture. Raises SystemExit when it cannot be read."""
    with av.open(io.BytesIO(picture if isinstance(picture, bytes) else picture.read_bytes()), "r") as container:
        reading = reading_in(next(container.decode(video=0)))
    if reading is None:
        raise SystemExit("A picture does not show the number of its frame.")
    return reading.number


def measure(cameras: Cameras, folder: Path, plan: Plan) -> list[Figure]:
    """While all cameras are recorded."""
    with recorder(cameras.addresses, folder) as running:
        running.start_recording()
        time.sleep(plan.settle_seconds)
        delays = live_delays(running, cameras, plan.pictures)
        errors = [abs(one) for one in capture_errors(running, cameras, plan.pictures)]
        running.stop_recording()
    return figures(delays, errors, cameras.camera.frames_per_second)


def live_delays(running: Recorder, cameras: Cameras, count: int) -> list[float]:
    """Seconds from a keyframe's capture until the page of the first channel can show it, asked 100 times a second."""
    path = f"/api/v1/channels/0/picture.jpg?width={_WIDTH}"
    delays: list[float] = []
    shown = running.fetch(path)
    while len(delays) <= count:
        time.sleep(_LOOK_SECONDS)
        picture = running.fetch(path)
        if picture != shown:
            shown, now = picture, time.monotonic()
            delays.append(now - cameras.captured(0, number_in(picture), now))
    return delays[1:]  # the first one was not awaited


def capture_errors(running: Recorder, cameras: Cameras, count: int) -> list[float]:
    """How much later, in seconds, the recorder believes that frames were captured, of framegrabs of all channels."""
    errors: list[float] = []
    for _ in range(count):
        running.get("/api/inspector/takeframegrab")
        ahead = time.time() - time.monotonic()
        items = running.get(f"/api/v1/framegrabs?newest_first=true&limit={len(cameras.addresses)}")["items"]
        for item in items:
            index = int(item["channel"].rpartition(" ")[2])
            told = datetime.fromisoformat(item["frame_utc"]).timestamp() - ahead
            errors.append(told - cameras.captured(index, number_in(Path(item["path"])), told + 1))
    return errors


def figures(delays: list[float], errors: list[float], rate: int) -> list[Figure]:
    goal = LIVE_DELAY_BEFORE_MS + 1000 / rate
    delay, middle = 1000 * quantile(delays, 0.5), 1000 * quantile(errors, 0.5)
    worst = 1000 * quantile(errors, 0.99)
    many = f"n={len(errors)}"
    return [
        Figure(
            "Live picture, from capture to the page, median", f"{delay:.0f} ms",
            f"{1000 * min(delays):.0f} ms to {1000 * max(delays):.0f} ms, n={len(delays)}",
            f"at most {goal:.0f} ms", delay <= goal,
        ),
        Figure("Capture times, error, median", f"{middle:.2f} ms", many, f"at most {CAPTURE_MEDIAN_BEFORE_MS} ms",
               middle <= CAPTURE_MEDIAN_BEFORE_MS),
        Figure("Capture times, error, p99", f"{worst:.2f} ms", f"largest {1000 * max(errors):.2f} ms, {many}",
               f"at most {CAPTURE_P99_BEFORE_MS} ms", worst <= CAPTURE_P99_BEFORE_MS),
    ]  # fmt: skip
