"""The operator's page in a browser: how late its pictures are, how soon the first one is there, what a viewer costs.

The cameras draw the number of each frame into its picture and run by the same monotonic clock, so when a shown picture
was captured is known. What the browser takes is not counted, but it runs on the same computer, without a graphics card.
"""

import asyncio
import json
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from playwright.sync_api import Browser
from websockets.sync.client import connect

from bench.browser import Looker, Shown, chromium, window
from bench.cameras import CAMERA, SMALL_CAMERA, Cameras, cameras
from bench.figures import Figure, at_most, quantile, stated
from bench.observations import BEGIN_UTC_NS, EACH_NS, SMALL_CHANNEL, WORDS, fill
from bench.passthrough import cpu_over
from bench.plan import Plan
from bench.recorder import HERE, Recorder, recorder
from seacorder.base.clock import SystemClock
from seacorder.catalogue.catalogue import Catalogue
from seacorder.model.recording import Recording, RecordingState

TILES = 9
LATE_MEDIAN_MS, LATE_P99_MS = 300, 500
DRIFT_MS = 50
"""Between the first and the last fifth. A tile that drifts for ten minutes is late by far more."""
FIRST_PICTURE_SECONDS = 1.0
FIRST_LOAD_KB = 300
VIEWER_PERCENT = 2.0
TASK_MS = 100
_TAKE_SECONDS = 5.0
_WINDOW_SECONDS = 5.0
_LONGEST_MESSAGE = 32 * 1024 * 1024
_WHEEL_PIXELS, _WHEEL_SECONDS = 3000, 0.05
_LEAP = "(list, share) => list.scrollTo(0, list.scrollHeight * share)"
_RECORDING = "r1"
"""That of `bench.observations`."""


def measure(folder: Path, plan: Plan) -> list[Figure]:
    """All of it, one after the other, each told as soon as it is known. The longest is the last."""
    with chromium() as browser:
        listed = told(scrolled(browser, folder / "list", plan.observations_listed))
        costs = told(viewer_costs(browser, folder, plan.viewer_pairs))
        with cameras(SMALL_CAMERA, TILES, folder.parent) as served, recording(served, folder / "wall") as running:
            first = told(first_figures(*opened(browser, running, plan.page_opens)))
            late = late_figures(lateness(browser, running, served, plan.page_seconds))
    return [*late, *first, *costs, *listed]


def told(figures: list[Figure]) -> list[Figure]:
    for one in figures:
        print(f"  {one.name}: {one.value} ({one.spread})", flush=True)
    return figures


@contextmanager
def recording(served: Cameras, folder: Path) -> Iterator[Recorder]:
    """A recorder that records all of the cameras."""
    with recorder(served.addresses, folder) as running:
        running.start_recording()
        yield running
        running.stop_recording()


def address(running: Recorder, path: str = "") -> str:
    return f"http://{HERE}:{running.port}{path}"


def opened(browser: Browser, running: Recorder, count: int) -> tuple[list[float], list[int]]:
    """Of windows that have never seen the page: seconds until the first picture, and bytes of the page."""
    firsts, sizes = list[float](), list[int]()
    for _ in range(count):
        with window(browser) as looker:
            looker.open(address(running))
            firsts.append(looker.first_picture_seconds())
            sizes.append(looker.loaded_bytes())
    return firsts, sizes


def lateness(browser: Browser, running: Recorder, served: Cameras, seconds: float) -> list[tuple[float, float]]:
    """Of pictures of all tiles: when each was shown, in seconds since the begin, and how late, in ms."""
    with window(browser) as looker:
        looker.open(address(running))
        looker.wait_until(f"document.querySelectorAll('video[data-state=live]').length === {TILES}")
        time.sleep(_TAKE_SECONDS)
        looker.shown()
        begun, found = time.monotonic(), list[Shown]()
        while time.monotonic() < begun + seconds:
            time.sleep(_TAKE_SECONDS)
            found += looker.shown()
    channels = {one.channel for one in found}
    if len(channels) != TILES:
        raise SystemExit(f"Pictures of {len(channels)} of {TILES} cameras were shown.")
    return [(one.at - begun, 1000 * (one.at - served.captured(_index(one), one.number, one.at))) for one in found]


def _index(shown: Shown) -> int:
    return int(shown.channel.rpartition(" ")[2])


def late_figures(late: list[tuple[float, float]]) -> list[Figure]:
    of_all = [ms for _, ms in late]
    middle, worst = quantile(of_all, 0.5), quantile(of_all, 0.99)
    end = max(at for at, _ in late)
    first = statistics.median(ms for at, ms in late if at <= end / 5)
    last = statistics.median(ms for at, ms in late if at >= end * 4 / 5)
    minutes = f"{end / 60:.1f} minutes, n={len(late)}"
    name = f"{TILES} tiles 720p, from capture to the screen"
    return [
        Figure(f"{name}, median", f"{middle:.0f} ms", minutes, f"at most {LATE_MEDIAN_MS} ms",
               middle <= LATE_MEDIAN_MS),
        Figure(f"{name}, p99", f"{worst:.0f} ms", f"slowest {max(of_all):.0f} ms", f"at most {LATE_P99_MS} ms",
               worst <= LATE_P99_MS),
        Figure(f"{name}, drift", f"{last - first:+.0f} ms", f"from {first:.0f} ms to {last:.0f} ms",
               f"at most {DRIFT_MS} ms", abs(last - first) <= DRIFT_MS),
    ]  # fmt: skip


def first_figures(firsts: list[float], sizes: list[int]) -> list[Figure]:
    return [
        at_most(f"First picture of {TILES} after opening the page", firsts, FIRST_PICTURE_SECONDS, "{:.2f} s"),
        at_most("First load of the page, compressed", [size / 1000 for size in sizes], FIRST_LOAD_KB, "{:.0f} kB"),
    ]


def viewer_costs(browser: Browser, folder: Path, pairs: int) -> list[Figure]:
    """Processor time of the program that one viewer costs: side by side, with and without."""
    with cameras(CAMERA, 1, folder.parent) as served, recording(served, folder / "viewer") as running:
        time.sleep(_WINDOW_SECONDS)
        tile = [cost(running, lambda: tile_watched(running)) for _ in range(pairs)]
        page = [cost(running, lambda: page_watched(browser, running)) for _ in range(pairs)]
    alone = [100 * before for before, _ in tile]
    form = "{:.1f} % of a core"
    return [
        at_most(f"Processor time for a viewer of one tile, {CAMERA}", [100 * (a - b) for b, a in tile],
                VIEWER_PERCENT, form),
        stated("… for a whole page with that tile, its status, events and readings",
               [100 * (a - b) for b, a in page], form),
        stated("… recording that camera without a viewer", alone, form),
    ]  # fmt: skip


def cost(running: Recorder, watched: Callable[[], AbstractContextManager[None]]) -> tuple[float, float]:
    """Processor time a second, without and with a viewer."""
    control, workers = running.pids()
    before = cpu_over(control + workers, _WINDOW_SECONDS)
    with watched():
        time.sleep(1)
        return before, cpu_over(control + workers, _WINDOW_SECONDS)


@contextmanager
def tile_watched(running: Recorder) -> Iterator[None]:
    """Somebody takes the pictures of the first channel, and does nothing with them."""
    with connect(f"ws://{HERE}:{running.port}/api/v1/live", max_size=_LONGEST_MESSAGE) as socket:
        socket.send(json.dumps({"watch": True, "tile": 0, "channel": "Camera 0", "stream": "main"}))
        begun, taken = threading.Event(), []

        def take() -> None:
            for message in socket:
                taken.append(len(message))
                if isinstance(message, bytes):
                    begun.set()

        taking = threading.Thread(target=take, daemon=True)
        taking.start()
        if not begun.wait(20):
            raise SystemExit("No live picture came.")
        yield
    taking.join(20)


@contextmanager
def page_watched(browser: Browser, running: Recorder) -> Iterator[None]:
    with window(browser) as looker:
        looker.open(address(running, "/channel/Camera%200"))
        looker.first_picture_seconds()
        yield


def scrolled(browser: Browser, folder: Path, count: int) -> list[Figure]:
    """A recording with so many observations is opened, its list is searched, and scrolled to its end."""
    with (
        recorder([SMALL_CHANNEL], folder, prepare=lambda files: prepared(files, count)) as running,
        window(browser) as looker,
    ):
        looker.open(address(running, "/review"))
        looker.page.locator(".recording").first.wait_for()
        time.sleep(1)
        looker.longest_task_ms()
        begun = time.monotonic()
        looker.page.locator(".recording").first.click()
        looker.page.locator(".entries .entry").first.wait_for(timeout=180_000)
        opened_seconds = time.monotonic() - begun
        if listed(looker) != count:
            raise SystemExit(f"{listed(looker)} of {count} observations are in the list.")
        time.sleep(1)
        built = looker.longest_task_ms()
        narrowed = narrow(looker)
        looker.page.locator(".hits").hover()
        scrolled_to_end = scroll_to_end(looker)
    name = f"A list of {count:,} observations"
    return [
        task_figure(f"{name}, scrolled: longest task of the page", scrolled_to_end),
        task_figure("… until it is there: longest task", built),
        task_figure("… searched for a word and shown whole again: longest task", narrowed),
        stated("… until it is there", [opened_seconds], "{:.1f} s"),
    ]


def task_figure(name: str, found: tuple[float, int]) -> Figure:
    longest, many = found
    return Figure(name, f"{longest:.0f} ms" if many else "under 50 ms", f"{many} of more than 50 ms",
                  f"at most {TASK_MS} ms", longest <= TASK_MS)  # fmt: skip


def listed(looker: Looker) -> int:
    """How many entries the list has."""
    return int(looker.page.locator(".entries").get_attribute("data-count") or 0)


def narrow(looker: Looker) -> tuple[float, int]:
    """Searches for a word that some of them have, and for none: the longest task, and how many were long."""
    search, before = looker.page.get_by_role("searchbox"), listed(looker)
    for text, differs in ((WORDS[0], "!=="), ("", "===")):
        search.fill(text)
        looker.wait_until(f"document.querySelector('.entries')?.dataset.count {differs} '{before}'")
        time.sleep(1)
    return looker.longest_task_ms()


def scroll_to_end(looker: Looker) -> tuple[float, int]:
    """By the wheel for a while, then in a hundred leaps to the end: the longest task, and how many were long."""
    for _ in range(100):
        looker.page.mouse.wheel(0, _WHEEL_PIXELS)
        time.sleep(_WHEEL_SECONDS)
    for step in range(1, 101):
        looker.page.locator(".hits").evaluate(_LEAP, step / 100)
        time.sleep(_WHEEL_SECONDS)
    time.sleep(1)
    return looker.longest_task_ms()


def prepared(files: Path, count: int) -> None:
    """In a thread of its own: Playwright has an event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(stored(files, count))).result()


async def stored(files: Path, count: int) -> None:
    """The observations, and the recording that they were made in."""
    await fill(files / "seacorder.db", count)
    catalogue = Catalogue(files / "seacorder.db", SystemClock())
    catalogue.open()
    end_utc_ns = BEGIN_UTC_NS + (count + 1) * EACH_NS
    catalogue.record(Recording(_RECORDING, BEGIN_UTC_NS, end_utc_ns, RecordingState.FINISHED))
    await catalogue.flush(60)
    catalogue.close()
