"""`python -m bench [--short] [--only NAME …]`: runs the figures and prints them; the full form writes the page."""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from bench import commands, encoding, idle, many, passthrough, plan, quotes, stills, table, watch
from bench.cameras import CAMERA, ENCODED_CAMERA, SMALL_CAMERA, cameras
from bench.figures import Figure
from bench.plan import Plan


def run(name: str, folder: Path, chosen: Plan) -> list[Figure]:
    """One section, with cameras of its own."""
    measure, camera, count = {
        "passthrough": (passthrough.measure, CAMERA, 8),
        "idle": (idle.measure, CAMERA, 8),
        "watch": (watch.measure, CAMERA, 8),
        "commands": (commands.measure, CAMERA, 8),
        "stills": (stills.measure, CAMERA, 8),
        "encoding": (encoding.measure, ENCODED_CAMERA, 1),
        "many": (many.measure, SMALL_CAMERA, chosen.many_cameras),
    }[name]
    with cameras(camera, count, folder) as addresses:
        return measure(addresses, folder / name, chosen)


TITLES = {
    "passthrough": "Eight cameras, 1080p30 H.264 8 Mbit/s, against ffmpeg",
    "idle": "Eight cameras, and nothing is recorded",
    "watch": "The picture watch of those cameras, against ffmpeg",
    "commands": "Commands, while those cameras record (keyframe each second)",
    "stills": "Framegrabs of those cameras at once, against ffmpeg",
    "encoding": "One camera 1080p25 encoded with x264, against ffmpeg",
    "many": "Many small cameras",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a quick look; BENCH_SHORT=1 says the same")
    parser.add_argument("--only", nargs="+", choices=sorted(TITLES), default=sorted(TITLES, reverse=True))
    options = parser.parse_args()
    is_short = options.short or os.environ.get("BENCH_SHORT") == "1"
    chosen = plan.SHORT if is_short else plan.FULL
    begun = time.monotonic()
    options.only = [name for name in TITLES if name in options.only]
    sections = []
    with tempfile.TemporaryDirectory(prefix="seacorder-bench-") as folder:
        for name in options.only:
            print(f"{TITLES[name]} …", flush=True)
            sections.append((TITLES[name], run(name, Path(folder), chosen)))
    page = table.render(sections, "make bench" + (" BENCH_SHORT=1" if is_short else ""))
    print(page)
    print(f"{time.monotonic() - begun:.0f} s")
    if not is_short and len(sections) == len(TITLES):
        table.write(page)
    elif not is_short:
        for name, (title, figures) in zip(options.only, sections, strict=True):
            table.write_section(title, figures, f'make bench ARGS="--only {name}"')
    if not is_short:
        quotes.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
