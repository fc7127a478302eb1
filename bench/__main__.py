"""`python -m bench [--short] [--only NAME …]`: runs the figures and prints them; the full form writes the page.

A section that fails says so in its place, and the others go on.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench import (
    capture,
    commands,
    encoding,
    evidence,
    idle,
    kills,
    live_page,
    many,
    moments,
    observations,
    passthrough,
    plan,
    quiet,
    quotes,
    stills,
    table,
    telemetry,
    watch,
)  # fmt: skip
from bench.cameras import (
    CAMERA,
    ENCODED_CAMERA,
    SMALL_CAMERA,
    TINY_CAMERA,
    Camera,
    Cameras,
    cameras,
    cheap_cameras,
)  # fmt: skip
from bench.figures import Figure
from bench.plan import Plan
from bench.table import Section

Measure = Callable[[Cameras, Path, Plan], list[Figure]]
Serve = Callable[[Camera, int, Path], AbstractContextManager[Cameras]]
Part = Callable[[Path, Plan], list[Figure]]


@dataclass(frozen=True, slots=True)
class Of:
    """A section that has cameras of its own."""

    measure: Measure
    camera: Camera
    count: Callable[[Plan], int]
    serve: Serve = cameras

    def __call__(self, folder: Path, chosen: Plan) -> list[Figure]:
        with self.serve(self.camera, self.count(chosen), folder.parent) as served:
            return self.measure(served, folder, chosen)


def _eight(_plan: Plan) -> int:
    return 8


PARTS: dict[str, tuple[str, Part]] = {
    "passthrough": ("Eight cameras, 1080p30 H.264 8 Mbit/s, a process each, against other recorders",
                    Of(passthrough.measure, CAMERA, _eight)),
    "group": ("The same cameras in one process, against ffmpeg", Of(passthrough.measure_group, CAMERA, _eight)),
    "idle": ("Eight cameras, and nothing is recorded", Of(idle.measure, CAMERA, _eight)),
    "watch": ("The picture watch of those cameras, against ffmpeg", Of(watch.measure, CAMERA, _eight)),
    "commands": ("Commands, while those cameras record (keyframe each second)",
                 Of(commands.measure, CAMERA, _eight)),
    "stills": ("Framegrabs of those cameras at once, against ffmpeg", Of(stills.measure, CAMERA, _eight)),
    "moments": ("Live picture and capture times of those cameras", Of(moments.measure, CAMERA, _eight)),
    "capture": ("Capture times of all pictures of those cameras", Of(capture.measure, CAMERA, _eight)),
    "encoding": ("One camera 1080p25 encoded with x264, against ffmpeg",
                 Of(encoding.measure, ENCODED_CAMERA, lambda _plan: 1)),
    "telemetry": ("Survey data: a thousand sentences a second, and one sentence against other programs",
                  telemetry.measure),
    "observations": ("Observations, while those cameras record, and among very many",
                     Of(observations.measure, CAMERA, _eight)),
    "evidence": ("A blackbox, copies and hashes, while those cameras record; and verifying",
                 Of(evidence.measure, CAMERA, _eight)),
    "live_page": ("The operator's page in Chromium, while cameras record", live_page.measure),
    "kills": ("Recording processes that are killed", kills.measure),
    "many": ("Many small cameras, against ffmpeg",
             Of(many.measure, SMALL_CAMERA, lambda chosen: chosen.many_cameras, cheap_cameras)),
    "crowd": ("Very many small cameras, for minutes",
              Of(many.measure_crowd, TINY_CAMERA, lambda chosen: chosen.crowd_cameras, cheap_cameras)),
}  # fmt: skip


def run(name: str, folder: Path, chosen: Plan) -> Section:
    """One section, whatever becomes of it. Prints its rows."""
    title, part = PARTS[name]
    begun, look = time.monotonic(), quiet.busy_cores()
    print(f"{title} … (others: {100 * look:.0f} % of a core)", flush=True)
    figures, failure = list[Figure](), ""
    try:
        figures = part(folder / name, chosen)
    except (Exception, SystemExit) as error:  # noqa: BLE001  (the other sections' figures are not to be lost)
        traceback.print_exc()
        failure = " ".join(str(error).split("\n")[:3]) or type(error).__name__
    section = Section(title, tuple(figures), look, failure)
    print(f"{table.of(section)}  {time.monotonic() - begun:.0f} s", flush=True)
    return section


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a quick look; BENCH_SHORT=1 says the same")
    parser.add_argument("--only", nargs="+", choices=sorted(PARTS), default=sorted(PARTS))
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that everything that was started is ended, too
    is_short = options.short or os.environ.get("BENCH_SHORT") == "1"
    begun = time.monotonic()
    chosen = [name for name in PARTS if name in options.only]
    with tempfile.TemporaryDirectory(prefix="seacorder-bench-") as folder:
        sections = [run(name, Path(folder), plan.SHORT if is_short else plan.FULL) for name in chosen]
    seconds = time.monotonic() - begun
    page = table.render(sections, "make bench" + (" BENCH_SHORT=1" if is_short else ""), seconds)
    print(page)
    if not is_short:
        write(page, dict(zip(chosen, sections, strict=True)))
    return 1 if any(section.failure for section in sections) else 0


def write(page: str, sections: dict[str, Section]) -> None:
    """The whole page after a full run; else the sections that were run and have not failed."""
    if len(sections) == len(PARTS):
        table.write(page)
    else:
        for name, section in sections.items():
            if not section.failure:
                table.write_section(section, f'make bench ARGS="--only {name}"')
    quotes.write()
    for problem in (*quotes.disagreements(), *quotes.absent()):
        print(f"quoted elsewhere, and not as here: {problem}")


if __name__ == "__main__":
    sys.exit(main())
