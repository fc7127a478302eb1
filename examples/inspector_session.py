"""A whole inspection with the Inspector service, in the order of its public text.

    python examples/inspector_session.py [URL] [DIVE]

Asks whether the recorder is ready, says where files go and what they are called, sets the split time, starts, makes
sure that it really records, takes framegrabs and a clip, stops, and makes sure that it has stopped.
"""

import sys
import time
from collections.abc import Callable

from seacorder.client.errors import InspectorError
from seacorder.client.inspector import InspectorClient
from seacorder.client.values import PathTemplates

READY_SECONDS = 30
RECORDS_SECONDS = 5


def wait_until(question: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Asks again and again, ten times a second; ends the program with a sentence when the answer stays no."""
    end = time.monotonic() + seconds
    while not question():
        if time.monotonic() > end:
            sys.exit(otherwise)
        time.sleep(0.1)


def is_ready(inspector: InspectorClient) -> bool:
    """A recorder that is just starting refuses connections; that is no reason to give up yet."""
    try:
        return inspector.ping()
    except InspectorError as error:
        if error.status is not None:
            raise
        return False


def prepare(inspector: InspectorClient, dive: str) -> None:
    """Folders, names and split time. They are kept across restarts of the recorder, so once would be enough."""
    inspector.create_directory(dive)
    inspector.set_recording_directory(dive)
    inspector.set_inspection_directory(dive)
    inspector.set_path_templates(
        PathTemplates(
            directory_template="${type}s",
            filename_template="${channelname}_${yyyy}${MM}${dd}_${hh}${mm}${ss}",
            framegrab_template="${channelname}_${hh}${mm}${ss}_${fff}",
            clip_template="${channelname}_${hh}${mm}${ss}_finding",
        )
    )
    inspector.set_split_time(10)
    inspector.set_reevaluate_tags(False)


def record(inspector: InspectorClient) -> None:
    """One recording with a framegrab, and a clip of something interesting, from before it was noticed."""
    inspector.start_recording()
    wait_until(inspector.is_recording, RECORDS_SECONDS, "Started, but no frame reaches a file: see its status.")
    print("It records.")
    try:
        if not inspector.take_framegrab():
            print("No framegrab: no channel is live.")
        inspector.start_clip()
        wait_until(inspector.is_clip_recording, RECORDS_SECONDS, "The clip does not grow: see the recorder's status.")
        time.sleep(2)
        inspector.stop_clip()
        print("A framegrab and a clip are on disk.")
    finally:
        inspector.stop_recording()
    wait_until(lambda: not inspector.is_recording(), RECORDS_SECONDS, "It was stopped but still records.")
    print("It has stopped; every file is complete.")


def main(url: str = "http://127.0.0.1:13000", dive: str = "Dive 1") -> None:
    """The whole session."""
    with InspectorClient(url) as inspector:
        wait_until(lambda: is_ready(inspector), READY_SECONDS, f"No recorder answers at {url}.")
        print(f"The recorder at {url} is ready.")
        prepare(inspector, dive)
        record(inspector)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:3])
    except InspectorError as error:
        sys.exit(str(error))
